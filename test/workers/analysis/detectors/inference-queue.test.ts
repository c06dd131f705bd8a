import { expect } from 'chai';
import type { Detector, DetectorKind } from '../../../../workers/analysis/detectors/detector.ts';
import {
  type InferenceClient,
  InferenceQueue,
} from '../../../../workers/analysis/detectors/inference-queue.ts';
import { silentLog } from '../../../support/serve.ts';
import { waitFor } from '../../../support/wait-for.ts';

const log = silentLog;

/** A detector whose looks a test finishes one by one. */
class SlowDetector implements Detector {
  readonly kind = 'person' as const;
  readonly health = { state: 'ready' as const };
  readonly inputSide = 640;
  readonly waiting: (() => void)[] = [];

  async detect() {
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return [{ label: 'person', score: 0.9, box: [0, 0, 1, 1] as [number, number, number, number] }];
  }

  async finishOne(): Promise<void> {
    (await waitFor(() => this.waiting.shift()))();
  }
}

describe('InferenceQueue', () => {
  let detector: SlowDetector;
  let queue: InferenceQueue;
  let fetched: string[];
  let taken: string[];
  /** Number of the newest picture of every camera. */
  let newest: number;

  beforeEach(() => {
    detector = new SlowDetector();
    fetched = [];
    taken = [];
    newest = 1;
    queue = new InferenceQueue({
      detectors: new Map<DetectorKind, Detector>([['person', detector]]),
      decode: async () => ({ width: 1, height: 1, pixels: new Uint8Array(3) }),
      log,
    });
  });

  function camera(cameraId: string, change: Partial<InferenceClient> = {}): InferenceClient {
    return {
      cameraId,
      minScore: undefined,
      wantedKinds: () => ['person'],
      fetch: async () => {
        fetched.push(cameraId);
        return { jpeg: Buffer.alloc(0), timestamp: newest };
      },
      take: (_kind, _findings, { timestamp }) => taken.push(`${cameraId}@${timestamp}`),
      ...change,
    };
  }

  it('serves cameras in turn, however much each of them wants', async () => {
    const ends = ['a', 'b', 'c'].map((id) => queue.add(camera(id)));
    queue.wake();
    for (let look = 0; look < 6; look += 1) await detector.finishOne();
    await waitFor(() => taken.length === 6);
    for (const end of ends) end();
    expect(new Set(fetched.slice(0, 3))).to.deep.equal(new Set(['a', 'b', 'c']));
    expect(fetched.slice(3, 6)).to.deep.equal(fetched.slice(0, 3));
    await detector.finishOne();
    await queue.close();
  });

  it('looks at the picture of now when a turn comes, not at that of when it was wanted', async () => {
    let wants = 2;
    const end = queue.add(camera('a', { wantedKinds: () => (wants > 0 ? ['person'] : []) }));
    queue.wake();
    await waitFor(() => detector.waiting.length === 1);
    newest = 2;
    queue.wake();
    newest = 3;
    await detector.finishOne();
    await waitFor(() => detector.waiting.length === 1);
    wants = 0;
    await detector.finishOne();
    await waitFor(() => taken.length === 2);
    expect(taken).to.deep.equal(['a@1', 'a@3']);
    end();
    await queue.close();
  });

  it('leaves a camera out for a while whose picture cannot be had, and serves the others', async () => {
    const broken = camera('broken', {
      fetch: async () => {
        fetched.push('broken');
        throw new Error('no frame');
      },
    });
    const ends = [queue.add(broken), queue.add(camera('good'))];
    queue.wake();
    for (let look = 0; look < 3; look += 1) await detector.finishOne();
    await waitFor(() => taken.length === 3);
    expect(fetched.filter((id) => id === 'broken')).to.have.length(1);
    expect(queue.counts.failures).to.equal(1);
    for (const end of ends) end();
    await detector.finishOne();
    await queue.close();
  });

  it('reports nothing to a camera that left during its search', async () => {
    const end = queue.add(camera('a'));
    queue.wake();
    await waitFor(() => detector.waiting.length === 1);
    end();
    await detector.finishOne();
    await queue.close();
    expect(taken).to.deep.equal([]);
  });
});
