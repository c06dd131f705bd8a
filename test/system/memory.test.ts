import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { HARDWARE_DECODERS } from '#shared/decoder-settings.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { openGreyCameras } from '../support/grey-cameras.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startWorker } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

const IDS = ['1', '2', '3', '4'];
/** Room for one decoder of 720p and the one whose turn it is. */
const DECODER_MB = '17';
/** Memory of decoders is given back 10 s after the last viewer. */
const GONE = { timeoutMs: 45_000 };

describe('Memory of an RTSP worker', () => {
  let cameras: RtspServer;
  let worker: RunningProcess;
  let viewer: WsClient;

  before(async () => {
    const format = { width: 1280, height: 720, keyframeDistance: 5 };
    cameras = await openGreyCameras({ '/1': 40, '/2': 80, '/3': 120, '/4': 160 }, { format });
    worker = await startWorker({ WORKER_DECODER_MB: DECODER_MB, DECODER: 'auto' });
    for (const cameraId of IDS)
      await postJson(`${worker.origin}/api/cameras/connect`, { cameraId, url: cameras.url(`/${cameraId}`) });
  });

  after(async () => {
    viewer?.close();
    await worker?.end();
    await cameras?.close();
  });

  const statusOf = async (id: string) => (await getJson(`${worker.origin}/api/cameras/${id}/status`)).body;
  const slowed = async (): Promise<string[]> => {
    const statuses = await Promise.all(IDS.map(statusOf));
    return statuses.flatMap(({ cameraId, slowed }) => (slowed?.reason === 'memory' ? [cameraId] : []));
  };
  const rss = (): number =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${worker.pid}/status`, 'utf8'))?.[1]) / 1024;

  /** Watches cameras until every one of them was seen three times. */
  async function watch(ids: readonly string[], count = 3): Promise<WsClient> {
    const client = await WsClient.open(worker.origin);
    for (const cameraId of ids) client.send({ action: 'subscribe', cameraId, fps: 15, multiple: true });
    await waitFor(() => ids.every((id) => client.frames(id).length >= count), { timeoutMs: 30_000 });
    return client;
  }

  it('shows every camera where there is room for one decoder, and says which are slowed and why', async () => {
    viewer = await watch(IDS);
    await waitFor(async () => (await slowed()).length === 3);
    const { body: livez } = await getJson(`${worker.origin}/livez`);
    // A busy machine slows the fourth for another reason.
    const forMemory = livez.slowed.filter(({ reason }: { reason: string }) => reason === 'memory');
    expect(forMemory.map(({ cameraId }: { cameraId: string }) => cameraId)).to.deep.equal(await slowed());
    for (const { detail } of forMemory) expect(detail).to.match(/keyframes/);
  });

  it('shows a slowed camera in full when another gives its room back', async () => {
    const before = await slowed();
    const full = IDS.find((id) => !before.includes(id)) as string;
    const [promoted = '', ...others] = before;
    for (const cameraId of [full, ...others]) viewer.send({ action: 'unsubscribe', cameraId });
    await waitFor(async () => (await slowed()).length === 0, GONE);
    const seen = viewer.frames(promoted).length;
    await waitFor(() => viewer.frames(promoted).length > seen + 10);
  });

  it('takes a snapshot of each camera while there is no room beside a viewer', async () => {
    for (const id of IDS) {
      const answer = await fetch(`${worker.origin}/api/cameras/${id}/frame`);
      expect([answer.status, (await answer.bytes()).length > 0]).to.deep.equal([200, true]);
    }
  });

  it('tells what decodes, and decodes in software where no hardware does', async () => {
    const { decoder } = (await getJson(`${worker.origin}/livez`)).body;
    expect(decoder.wanted).to.equal('auto');
    expect(decoder.used).to.be.oneOf(['software', ...HARDWARE_DECODERS]);
    for (const { reason } of decoder.failed) expect(reason).to.match(/\w/);
  });

  it('is back within a fifth of before a minute after eight viewers left', async function () {
    this.timeout(150_000);
    viewer.close();
    await waitFor(async () => (await Promise.all(IDS.map(statusOf))).every(({ viewers }) => viewers === 0));
    const before = rss();
    const viewers = await Promise.all(Array.from({ length: 8 }, () => watch(IDS, 10)));
    for (const client of viewers) client.close();
    await waitFor(() => rss() <= before * 1.2, { timeoutMs: 90_000 });
  });
});
