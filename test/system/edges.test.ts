import { expect } from 'chai';
import type { Device } from '#shared/contract/device.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { FfmpegReader, Mediamtx } from '../support/mediamtx.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { CLIP_FPS, CLIP_HEIGHT, CLIP_WIDTH, openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import { WhepViewer } from '../support/whep-viewer.ts';

const ADMIN = { authorization: 'Bearer T0kenOfTheAdministrator-0123456789' };
const VIEWER_TOKEN = 'T0kenOfAViewer-0123456789-0123456789';
const CAMERAS = ['yard', 'hall', 'gate', 'roof', 'shed', 'barn'];

describe('Two real MediaMTX servers as edges of a gateway', function () {
  this.timeout(90_000);
  let cameras: RtspServer;
  let edges: [Mediamtx, Mediamtx];
  let gateway: RunningProcess;

  before(async function () {
    requirePeer(this, 'MediaMTX');
    requirePeer(this, 'ffmpeg');
    cameras = await openTestCameras(CAMERAS.map((id) => `/${id}`));
    edges = [await Mediamtx.start(), await Mediamtx.start()];
    const port = String(await freePort());
    gateway = await startGateway({
      ...{ PORT: port, PUBLIC: 'on', API_TOKEN: 'T0kenOfTheAdministrator-0123456789', VIEWER_TOKEN },
      MEDIAMTX_API_URL: edges.map(({ apiUrl }) => apiUrl).join(),
      MEDIAMTX_WEBRTC_URL: edges.map(({ webrtcUrl }) => webrtcUrl).join(),
      ...{
        MEDIAMTX_MANAGE: 'on',
        MEDIAMTX_GATEWAY_URL: `http://127.0.0.1:${port}`,
      },
    });
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok, { message: 'the workers' });
    for (const id of CAMERAS) {
      const { status } = await postJson(
        `${gateway.origin}/api/cameras`,
        { id, url: cameras.url(`/${id}`) },
        ADMIN,
      );
      expect(status).to.equal(201);
    }
  });

  after(async () => {
    await gateway?.end();
    for (const edge of edges ?? []) await edge.kill();
    await cameras?.close();
  });

  /** The `whep_url` of each camera. */
  async function whepUrls(): Promise<string[]> {
    const devices: Device[] = (await getJson(`${gateway.origin}/api/devices`, ADMIN)).body;
    const metadata = new Map(devices.map(({ device_key, device_metadata }) => [device_key, device_metadata]));
    return CAMERAS.map((id) => String(JSON.parse(metadata.get(id) ?? '{}').whep_url));
  }

  /** Which edge the `whep_url` of each camera names; -1 where it is none. */
  async function choices(): Promise<number[]> {
    const urls = await whepUrls();
    return urls.map((url) => edges.findIndex(({ webrtcUrl }) => url.startsWith(webrtcUrl)));
  }

  const viewersOf = async (id: string): Promise<number> =>
    (await getJson(`${gateway.origin}/api/cameras/${id}/status`, ADMIN)).body.viewers;

  it('play a camera of the gateway to readers of theirs, who are one viewer for it together', async () => {
    const [edge] = edges;
    await waitFor(async () => (await edge.ask('/v3/paths/get/gateway-yard')) !== undefined, {
      message: 'the path of the camera',
    });
    expect(await viewersOf('yard')).to.equal(0);
    const readers = [1, 2, 3].map(() => new FfmpegReader(edge.rtspUrl('gateway-yard')));
    try {
      await Promise.all(readers.map((reader) => reader.seen(CLIP_FPS)));
      expect(await viewersOf('yard')).to.equal(1);
      const { available, tracks2, readers: told } = await edge.ask('/v3/paths/get/gateway-yard');
      expect([available, told.length]).to.deep.equal([true, 3]);
      const { codec, codecProps } = tracks2[0];
      expect([codec, codecProps.width, codecProps.height]).to.deep.equal(['H264', CLIP_WIDTH, CLIP_HEIGHT]);
    } finally {
      await Promise.all(readers.map((reader) => reader.end()));
    }
    await waitFor(async () => (await viewersOf('yard')) === 0, { message: 'the edge to let go' });
  });

  it('play each camera at its whep_url; one that is killed hands on its cameras alone, and gets them back', async () => {
    const before = await waitFor(async () => ((await choices()).includes(-1) ? undefined : choices()), {
      message: 'an edge for every camera',
    });
    const lost = before[0] as number;
    await watchByWhep('yard');
    await edges[lost]?.kill();
    await waitFor(async () => !(await choices()).includes(lost), { message: 'the cameras to move' });
    expect((await choices()).map((edge, index) => (before[index] === lost ? lost : edge))).to.deep.equal(
      before,
    );
    await watchByWhep('yard');
    await edges[lost]?.start();
    await waitFor(async () => (await choices()).join() === before.join(), {
      message: 'the cameras to be back',
    });
    await watchByWhep('yard');
  });

  async function watchByWhep(id: string): Promise<void> {
    const url = (await whepUrls())[CAMERAS.indexOf(id)] as string;
    const viewer = await WhepViewer.open(url);
    try {
      await waitFor(() => viewer.packets > CLIP_FPS, { message: `packets of ${url}` });
    } finally {
      viewer.close();
    }
  }

  it('lose the path of a camera that is removed', async () => {
    await fetch(`${gateway.origin}/api/cameras/barn`, { method: 'DELETE', headers: ADMIN });
    await waitFor(
      async () => {
        const found = await Promise.all(edges.map((edge) => edge.ask('/v3/paths/get/gateway-barn')));
        return found.every((path) => path === undefined);
      },
      { message: 'the path to go' },
    );
  });
});
