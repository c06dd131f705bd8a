import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { LivenessWatch, type WatchHandlers } from '../../../gateway/supervisor/liveness-watch.ts';
import { SLOT_TIMINGS } from '../../../gateway/supervisor/worker-spec.ts';
import { listening, portOf, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A probe that a stall of this process makes fail is hardly ever one that counts. */
const TIMINGS = { ...SLOT_TIMINGS, livenessMs: 30, livenessRetryMs: 20, livenessTimeoutMs: 300, lateMs: 50 };
const MAX_RSS = 1000;

describe('LivenessWatch', () => {
  let server: Server;
  let off: AbortController;
  let answer: Record<string, unknown> | undefined;
  let onRequest: () => void;
  let alive: number;
  let failures: number[];

  beforeEach(async () => {
    answer = { status: 'alive', instance: 'nonce', epoch: 1, rss: 1 };
    onRequest = () => {};
    alive = 0;
    failures = [];
    off = new AbortController();
    server = createServer((request, response) => {
      if (request.url === '/livez') onRequest();
      if (answer !== undefined) response.end(JSON.stringify(answer));
    });
    await listening(server);
  });

  afterEach(() => {
    off.abort();
    stop(server);
  });

  function watch({ timings = {}, ...handlers }: Partial<WatchHandlers> & { timings?: object } = {}) {
    const port = portOf(server);
    return new LivenessWatch(
      { port, token: 'token', instance: 'nonce' },
      { timings: { ...TIMINGS, ...timings }, maxRssBytes: MAX_RSS },
      {
        onAlive: () => {
          alive += 1;
        },
        onReadiness: () => {},
        onFailedProbe: (count) => failures.push(count),
        mayRecycle: () => true,
        ...handlers,
      },
    );
  }

  it('condemns a worker after three silent probes in a row', async () => {
    answer = undefined;
    expect(await watch().run(off.signal)).to.equal('liveness');
    expect(failures).to.deep.equal([1, 2, 3]);
  });

  it('forgets failures with the first answer', async () => {
    const given = answer;
    // By what was counted, since a probe during which this process was held up is none.
    onRequest = () => {
      const isSilent = alive === 0 ? failures.length < 2 : failures.length < 3;
      answer = isSilent ? undefined : given;
    };
    const verdict = watch().run(off.signal);
    await waitFor(() => alive >= 4, { message: 'probes after the failures' });
    off.abort();
    expect(await verdict).to.equal(undefined);
    expect(failures).to.deep.equal([1, 2, 1]);
  });

  it('F22: does not count a probe during which we slept ourselves', async () => {
    let sleeps = 0;
    onRequest = () => {
      if (sleeps === 3) return;
      sleeps += 1;
      const until = performance.now() + 700;
      while (performance.now() < until);
    };
    const verdict = watch({ timings: { livenessTimeoutMs: 600, livenessFailures: 1 } }).run(off.signal);
    await waitFor(() => sleeps === 3 && alive >= 3, { message: 'probes after the sleep' });
    off.abort();
    expect(await verdict).to.equal(undefined);
    expect(failures).to.deep.equal([]);
  });

  it('F15: asks for a replacement after three probes above the memory limit', async () => {
    answer = { ...answer, rss: MAX_RSS + 1 };
    expect(await watch().run(off.signal)).to.equal('recycle');
    expect(alive).to.equal(3);
  });

  it('F14: asks for a replacement when four fifths of the descriptors are in use', async () => {
    answer = { ...answer, fds: 82, fdLimit: 100 };
    expect(await watch().run(off.signal)).to.equal('recycle');
  });

  it('takes a short burst for no leak', async () => {
    const modest = answer;
    let probes = 0;
    onRequest = () => {
      probes += 1;
      answer = probes % 3 === 0 ? modest : { ...modest, rss: MAX_RSS + 1, fds: 90, fdLimit: 100 };
    };
    const verdict = watch().run(off.signal);
    await waitFor(() => alive >= 12, { message: 'twelve probes' });
    off.abort();
    expect(await verdict).to.equal(undefined);
  });

  it('replaces no worker for a leak while that is not allowed', async () => {
    answer = { ...answer, rss: MAX_RSS + 1 };
    const verdict = watch({ mayRecycle: () => alive >= 8 }).run(off.signal);
    expect(await verdict).to.equal('recycle');
    expect(alive).to.equal(8);
  });

  it('probes immediately on probeNow', async () => {
    const watched = watch({ timings: { livenessMs: 600_000 } });
    const verdict = watched.run(off.signal);
    watched.probeNow();
    await waitFor(() => alive === 1, { message: 'the probe' });
    off.abort();
    await verdict;
  });

  it('ends with the signal even while a probe hangs', async () => {
    answer = undefined;
    onRequest = () => off.abort();
    expect(await watch({ timings: { livenessTimeoutMs: 600_000 } }).run(off.signal)).to.equal(undefined);
    expect(failures).to.deep.equal([]);
  });
});
