import { expect } from 'chai';
import { DeviceRepository } from '../../../gateway/devices/device-repository.ts';
import { type GatewayCamera, GatewayDevices } from '../../../gateway/devices/gateway-devices.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ManualClock } from '../jobs/manual-clock.ts';
import { ListedCameras } from './listed-cameras.ts';
import { useSqlite } from './mediamtx/sync-stage.ts';

describe("The gateway's own devices", () => {
  const store = useSqlite();
  let repository: DeviceRepository;
  let clock: ManualClock;
  let cameras: ListedCameras<GatewayCamera>;
  let devices: GatewayDevices;
  let writes: string[][];

  beforeEach(async () => {
    await store().db.deleteFrom('devices').execute();
    repository = new DeviceRepository(store());
    clock = new ManualClock();
    cameras = new ListedCameras([camera('1'), camera('2')]);
    writes = [];
    devices = new GatewayDevices({
      cameras,
      repository: {
        reconcile: async (...args) => {
          const records = await repository.reconcile(...args);
          writes.push(records.map(({ device_key }) => device_key));
          return records;
        },
      },
      clock,
      log: silentLog,
    });
    devices.start();
    await nextWrite(0);
  });

  afterEach(() => devices.close());

  async function nextWrite(count = writes.length): Promise<string[] | undefined> {
    await waitFor(() => writes.length > count && clock.waiting === 1);
    return writes.at(-1);
  }

  /** What the next turn writes. */
  async function turn(ms: number): Promise<string[] | undefined> {
    const count = writes.length;
    clock.advance(ms);
    return await nextWrite(count);
  }

  async function metadata(key: string) {
    const row = (await repository.list()).find(({ device_key }) => device_key === key);
    return JSON.parse(row?.device_metadata ?? '{}');
  }

  it('are cameras with the members that clients read of every device', async () => {
    const rows = await repository.list({ type: 'camera', activeOnly: true });
    expect(rows.map(({ device_key }) => device_key)).to.deep.equal(['gateway:1', 'gateway:2']);
    expect(await metadata('gateway:1')).to.deep.include({
      name: 'Camera 1',
      location: 'Yard',
      camera_id: '1',
      ready: true,
      source_ready: true,
      state: 'live',
      tracks: ['H264'],
      readers: [],
      reader_count: 3,
      whep_url: '/whep/1',
    });
  });

  it('follow immediately when cameras change, and soon when their state does', async () => {
    const count = writes.length;
    cameras.cameras = [
      ...cameras.cameras,
      camera('3', { connected: false, codec: undefined, reason: 'camera-timeout' }),
    ];
    cameras.change();
    expect(await nextWrite(count)).to.deep.equal(['gateway:3']);
    expect(await metadata('gateway:3')).to.deep.include({
      ready: false,
      state: 'no-signal',
      tracks: [],
      reason: 'camera-timeout',
    });
    cameras.cameras = cameras.cameras.map((known) => ({ ...known, connected: known.id !== '1' }));
    expect(await turn(11_000)).to.deep.equal(['gateway:1', 'gateway:3']);
    expect(await metadata('gateway:1')).to.include({ ready: false });
  });

  it('are written only when something changed, or so that they do not age', async () => {
    expect(await turn(11_000)).to.deep.equal([]);
    expect(await turn(60_000)).to.deep.equal(['gateway:1', 'gateway:2']);
  });

  it('are not ready immediately after their camera is removed, inactive later, and come back', async () => {
    const both = cameras.cameras;
    cameras.cameras = [camera('2')];
    expect(await turn(11_000)).to.deep.equal(['gateway:1']);
    expect(await metadata('gateway:1')).to.include({ ready: false, state: 'gone', name: 'Camera 1' });
    expect(await turn(11_000)).to.deep.equal([]);
    await repository.deactivateUnseen({ before: clock.now(), now: clock.now() });
    cameras.cameras = both;
    expect(await turn(11_000)).to.deep.equal(['gateway:1', 'gateway:2']);
    expect(await repository.list({ activeOnly: true })).to.have.length(2);
  });

  it('leave rows of another gateway on the same database alone, unless it fell silent', async () => {
    const neighbour = { device_key: 'gateway:9', device_type: 'camera', source: 'gateway', is_active: 1 };
    const write = (last_seen: number) =>
      repository.reconcile('gateway', last_seen, () => [
        { ...neighbour, last_seen, device_metadata: '{"ready":true}' },
      ]);
    await write(clock.now());
    expect(await turn(11_000)).to.deep.equal([]);
    await turn(70_000);
    await write(clock.now());
    await turn(70_000);
    expect(await metadata('gateway:9')).to.include({ ready: true });
    await turn(90_000);
    expect(await metadata('gateway:9')).to.include({ ready: false, state: 'gone' });
  });

  it('stay as they are while their cameras cannot be listed', async () => {
    const seen = await repository.list();
    const failing = new GatewayDevices({
      cameras: { list: () => Promise.reject(new Error('no')), onChange: () => () => {} },
      repository,
      clock: new ManualClock(),
      log: silentLog,
    });
    failing.start();
    await waitFor(() => failing.report().status === 'failing');
    await failing.close();
    expect(await repository.list()).to.deep.equal(seen);
  });

  it('hear nothing more once closed', async () => {
    await devices.close();
    expect(cameras.listeners).to.equal(0);
  });
});

function camera(id: string, more: Partial<GatewayCamera> = {}): GatewayCamera {
  return {
    id,
    name: `Camera ${id}`,
    location: 'Yard',
    connected: true,
    codec: 'H264',
    width: 1920,
    height: 1080,
    viewers: 3,
    ...more,
  };
}
