import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { CameraDirectory } from '../../../gateway/cameras/camera-directory.ts';
import { SessionCameraRepository } from '../../../gateway/placement/session-camera-repository.ts';
import { SessionCameras } from '../../../gateway/placement/session-cameras.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import { openStore, type Store } from '../../../gateway/store/store.ts';
import { Redactor } from '../../../shared/redact.ts';
import { silentLog } from '../../support/serve.ts';
import { createPostgresDatabase, HAS_POSTGRES } from '../../support/stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const KEY = randomBytes(32);
const SOURCE = {
  ...({ kind: 'rtsp', secure: false, host: '192.0.2.7', port: 554, path: '/1', transport: 'tcp' } as const),
  ...{ username: 'viewer', password: 'S3cr3tC4nary' },
};

describe('Cameras that a client connected at one of several gateways', function () {
  this.timeout(30_000);
  let store: Store;
  const open = new Map<string, { directory: CameraDirectory; sessions: SessionCameras }>();

  before(function () {
    if (HAS_POSTGRES) return;
    if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
    this.skip();
  });

  beforeEach(async () => {
    const databaseUrl = await createPostgresDatabase();
    store = openStore({ dataDir: temporaryFolder(), databaseUrl, log: silentLog });
    await store.whenReady();
  });

  afterEach(async () => {
    for (const { sessions } of open.values()) await sessions.close();
    open.clear();
    await store?.close();
  });

  function start(name: string): CameraDirectory {
    const directory = new CameraDirectory(100, new Redactor());
    const sessions = new SessionCameras({
      repository: new SessionCameraRepository(store),
      ...{ directory, box: createSecretBox(KEY), keeper: `process of ${name}` },
      // Longer than a busy database takes.
      ...{ log: silentLog, everyMs: 20, sharedWithinMs: 20_000 },
    });
    open.set(name, { directory, sessions });
    sessions.start();
    return directory;
  }

  const connect = (directory: CameraDirectory, name: string) =>
    directory.put({ id: '1', name, location: 'Gate', source: SOURCE, origin: 'connected' });

  it('are known at the others with their source, which is stored sealed', async () => {
    const [a, b] = [start('a'), start('b')];
    connect(a, 'Door');
    await waitFor(() => b.find('1') !== undefined);
    expect(b.find('1')).to.deep.include({ name: 'Door', location: 'Gate', source: SOURCE, enabled: true });
    const rows = await new SessionCameraRepository(store).rows();
    expect(JSON.stringify(rows)).not.to.include(SOURCE.password).and.not.to.include(SOURCE.host);
  });

  it('are changed and disconnected at every gateway', async () => {
    const [a, b] = [start('a'), start('b')];
    connect(a, 'Door');
    await waitFor(() => b.find('1') !== undefined);
    b.adjust('1', { name: 'Back door' });
    await waitFor(() => a.find('1')?.name === 'Back door');
    b.remove('1');
    await waitFor(() => a.find('1') === undefined);
  });

  it('are in the database as soon as the gateway says that the others can know them', async () => {
    const a = start('a');
    const repository = new SessionCameraRepository(store);
    const { sessions } = open.get('a') as { sessions: SessionCameras };
    connect(a, 'Door');
    await sessions.whenShared();
    expect(await repository.rows()).to.have.lengthOf(1);
    a.remove('1');
    await sessions.whenShared();
    expect(await repository.rows()).to.deep.equal([]);
  });

  it('end with the gateway that connected them, and with no other', async () => {
    const [a, b] = [start('a'), start('b')];
    connect(a, 'Door');
    await waitFor(() => b.find('1') !== undefined);
    await open.get('b')?.sessions.close();
    const c = start('c');
    await waitFor(() => c.find('1') !== undefined);
    expect(a.find('1')?.name).to.equal('Door');
    await open.get('a')?.sessions.close();
    await waitFor(() => c.find('1') === undefined);
  });

  it('of the demo are those of one gateway', async () => {
    const [a, b] = [start('a'), start('b')];
    a.put({ id: 'demo-1', name: 'Demo', location: '', source: SOURCE, origin: 'demo' });
    connect(a, 'Door');
    await waitFor(() => b.find('1') !== undefined);
    expect(b.find('demo-1')).to.equal(undefined);
  });
});

describe('A stored camera that a client disconnects at one of several gateways', function () {
  this.timeout(30_000);

  it('is not wanted at any of them while that gateway lives', async function () {
    if (!HAS_POSTGRES) this.skip();
    const databaseUrl = await createPostgresDatabase();
    const store = openStore({ dataDir: temporaryFolder(), databaseUrl, log: silentLog });
    await store.whenReady();
    const gateways = ['a', 'b'].map((name) => {
      const directory = new CameraDirectory(100, new Redactor());
      const sessions = new SessionCameras({
        repository: new SessionCameraRepository(store),
        ...{ directory, box: createSecretBox(KEY), keeper: name, log: silentLog, everyMs: 20 },
      });
      directory.syncRegistered([
        {
          ...{ id: '1', name: 'Door', location: '', source: SOURCE, origin: 'registry', enabled: true },
          ...{ analysis: { motion: false, persons: false, faces: false }, isFromFile: false },
        },
      ]);
      sessions.start();
      return { directory, sessions };
    });
    const [a, b] = gateways.map(({ directory }) => directory) as [CameraDirectory, CameraDirectory];
    a.remove('1');
    await waitFor(() => b.findWanted('1') === undefined);
    await gateways[0]?.sessions.close();
    await waitFor(() => b.findWanted('1') !== undefined);
    await gateways[1]?.sessions.close();
    await store.close();
  });
});
