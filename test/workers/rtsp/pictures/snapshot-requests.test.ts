import { expect } from 'chai';
import { LiveFrame } from '../../../../workers/rtsp/pictures/live-frame.ts';
import { SnapshotRequests } from '../../../../workers/rtsp/pictures/snapshot-requests.ts';
import { rejection } from '../../../support/errors.ts';

const formatOf = (width: number) => ({ width, quality: 80 });

describe('SnapshotRequests', () => {
  let requests: SnapshotRequests;
  let encoded: (number | undefined)[];
  let frame: LiveFrame;

  beforeEach(() => {
    requests = new SnapshotRequests();
    encoded = [];
    const encoders = {
      encode: async (_frame: unknown, { width }: { width?: number | undefined }) => {
        encoded.push(width);
        return { bytes: Buffer.alloc(1), width: 16, height: 16 };
      },
      close: async () => {},
    };
    const native = { native: { free: () => {} }, sequence: 5, width: 1280, height: 720 };
    frame = new LiveFrame(native, encoders, { cameraId: '1', capturedAt: 0, mediaTimeMs: 0 });
  });

  it('answers all that wait for one format with one encoding', async () => {
    const pictures = [requests.add(5, formatOf(320)), requests.add(5, formatOf(320))];
    await requests.settle(5, frame);
    expect((await pictures[0])?.bytes).to.equal((await pictures[1])?.bytes);
    expect(encoded).to.deep.equal([320]);
  });

  it('encodes two formats at a time, so that viewers get their picture between', async () => {
    for (const width of [100, 200, 300]) void requests.add(5, formatOf(width));
    await requests.settle(5, frame);
    expect([encoded, requests.isDue(5)]).to.deep.equal([[100, 200], true]);
    await requests.settle(5, frame);
    expect([encoded, requests.isDue(5)]).to.deep.equal([[100, 200, 300], false]);
  });

  it('makes nothing for a client that went away', async () => {
    const gone = new AbortController();
    const picture = requests.add(5, formatOf(320), gone.signal);
    gone.abort();
    expect(await rejection(picture)).to.include({ code: 'no-frame-yet' });
    await requests.settle(5, frame);
    expect([encoded, requests.lastTarget]).to.deep.equal([[], 0]);
  });

  it('refuses more formats than it can make in time', async () => {
    for (let width = 100; width < 132; width += 1) requests.add(5, formatOf(width)).catch(() => {});
    expect(await rejection(requests.add(5, formatOf(500)))).to.include({ code: 'worker-busy' });
    requests.add(5, formatOf(100)).catch(() => {});
    requests.rejectAll();
  });
});
