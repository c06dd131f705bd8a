import { expect } from 'chai';
import type { CameraSource } from '#shared/camera-source.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraDirectory } from '../../../../gateway/cameras/camera-directory.ts';
import { createDevices, type Devices } from '../../../../gateway/devices/devices.ts';
import { managedCameras } from '../../../../gateway/devices/known-cameras.ts';
import { silentLog } from '../../../support/serve.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { ManualClock } from '../../jobs/manual-clock.ts';
import { MediamtxDouble } from './mediamtx-double.ts';
import { useSqlite } from './sync-stage.ts';

const KEY = 'S3cr3t/Canary';
const CAMERAS = Array.from({ length: 12 }, (_, index) => `camera-${index}`);

describe('MediaMTX servers as edges of this gateway', () => {
  const store = useSqlite();
  let edges: MediamtxDouble[];
  let clock: ManualClock;
  let redactor: Redactor;
  let devices: Devices;

  beforeEach(async () => {
    await store().db.deleteFrom('devices').execute();
    edges = await Promise.all([MediamtxDouble.open(), MediamtxDouble.open(), MediamtxDouble.open()]);
    clock = new ManualClock();
    redactor = new Redactor();
    const directory = new CameraDirectory(100, redactor);
    for (const id of CAMERAS)
      register(directory, id, { kind: 'rtsp', host: '10.0.0.1', port: 554, path: '/1' });
    register(directory, 'film', { kind: 'video', file: '/data/film.mp4' });
    register(directory, 'jpeg', { kind: 'http', url: 'http://10.0.0.2/video.mjpeg' });
    const gateway = { url: 'https://gateway.example/cams', key: KEY };
    devices = createDevices({
      store: store(),
      cameras: {
        list: async () => CAMERAS.map((id) => ({ id, name: id, location: '', connected: true })),
        onChange: () => () => {},
      },
      managedCameras: managedCameras(directory, gateway),
      mediamtx: {
        servers: edges.map(({ origin }, index) => ({
          apiUrl: origin,
          webrtcUrl: `https://edge-${index}.example`,
          server: `edge-${index}`,
        })),
        manage: { prefix: 'gateway-', owner: 'test', isOnDemand: true },
        gateway,
      },
      redactor,
      log: silentLog,
      clock,
    });
    devices.start();
    // Until the last of them has its paths, the others have its cameras.
    await waitFor(async () => new Set(await edgesOf()).size === edges.length, { message: 'edges' });
    expect(await edgesOf()).not.to.include(undefined);
  });

  afterEach(async () => {
    await devices.close();
    for (const edge of edges) edge.close();
  });

  function register(directory: CameraDirectory, id: string, source: object): void {
    directory.setRegistered({
      ...{ id, name: id, location: '', origin: 'registry', enabled: true, isFromFile: false },
      ...({ analysis: {}, recording: {}, source: source as CameraSource } as object),
    } as Parameters<CameraDirectory['setRegistered']>[0]);
  }

  /** The edge that each camera's `whep_url` names; undefined while it names the gateway. */
  async function edgesOf(): Promise<(number | undefined)[]> {
    const rows = await store().db.selectFrom('devices').select(['device_key', 'device_metadata']).execute();
    return CAMERAS.map((id) => {
      const text = rows.find(({ device_key }) => device_key === `gateway:${id}`)?.device_metadata ?? '{}';
      const [, index] =
        /^https:\/\/edge-(\d)\.example\/gateway-camera-\d+\/whep$/.exec(JSON.parse(text).whep_url) ?? [];
      return index === undefined ? undefined : Number(index);
    });
  }

  it('get each camera from this gateway on demand, with a key, and none that sends pictures alone', () => {
    for (const { configs } of edges) {
      expect([...configs.keys()].sort()).to.deep.equal(
        [...CAMERAS, 'film'].map((id) => `gateway-${id}`).sort(),
      );
      expect(configs.get('gateway-camera-0')).to.deep.include({
        source: 'wheps://edge:S3cr3t%2FCanary@gateway.example/cams/whep/camera-0',
        sourceOnDemand: true,
      });
      expect(configs.get('gateway-camera-0')).not.to.have.property('rtspTransport');
    }
    expect(redactor.redact(KEY)).to.equal('***');
  });

  it('share the cameras; one that is away moves its own alone, and gets them back', async () => {
    const before = await edgesOf();
    expect(new Set(before)).to.deep.equal(new Set([0, 1, 2]));
    (edges[1] as MediamtxDouble).isDown = true;
    await waitFor(async () => {
      clock.advance(4000);
      return !(await edgesOf()).includes(1);
    });
    const during = await edgesOf();
    expect(during.map((edge, index) => (before[index] === 1 ? 1 : edge))).to.deep.equal(before);
    (edges[1] as MediamtxDouble).isDown = false;
    await waitFor(async () => {
      clock.advance(4000);
      return (await edgesOf()).join() === before.join();
    });
  });

  it('are told of one by one in health and metrics, the worst first', async () => {
    (edges[2] as MediamtxDouble).isDown = true;
    type State = { status: string; servers: { server: string; status: string }[] };
    await waitFor(() => {
      clock.advance(61_000);
      return (devices.health() as State).status === 'failing';
    });
    const { servers } = devices.health() as State;
    expect(servers.map(({ server, status }) => [server, status])).to.deep.equal([
      ['edge-0', 'ok'],
      ['edge-1', 'ok'],
      ['edge-2', 'failing'],
    ]);
    const up = devices.metrics().find(({ name }) => name === 'gateway_mediamtx_sync_up');
    expect(up?.samples.map(({ value }) => value)).to.deep.equal([1, 1, 0]);
  });
});
