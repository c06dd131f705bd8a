import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { makeBackup } from '../../gateway/store/sqlite-backups.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';

/** Root may write everywhere; without these capabilities it is bound to the modes of files (capabilities(7)). */
const BOUND_TO_MODES = [
  'setpriv',
  '--bounding-set=-dac_override,-dac_read_search,-fowner',
  '--inh-caps=-dac_override,-dac_read_search,-fowner',
];

/** What stands in the log of SQLite would otherwise mend what is broken in the file. */
function moveLogInto(file: string): void {
  const database = new DatabaseSync(file);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
}

/** Writes noise over everything behind the first page. */
function breakPages(file: string): void {
  const handle = openSync(file, 'r+');
  const { size } = statSync(file);
  writeSync(handle, Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096);
  closeSync(handle);
}

describe('A gateway whose data folder is in a bad way', function () {
  this.timeout(60_000);
  let dataDir: string;
  let gateway: RunningProcess | undefined;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gateway-bad-'));
  });
  afterEach(async () => {
    await gateway?.end();
    gateway = undefined;
    chmodSync(dataDir, 0o700);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const health = async () => (await getJson(`${gateway?.origin}/health`)).body;
  const untilReady = () => waitFor(async () => (await health()).database.ready === true);
  const create = (id: string) =>
    postJson(`${gateway?.origin}/api/cameras`, { id, ip: '192.0.2.1', enabled: false });

  it('F39: takes the newest backup when it was killed and its database is broken, and says so', async () => {
    const env = { DATA_DIR: dataDir, RTSP_WORKERS: '1' };
    gateway = await startGateway(env);
    await untilReady();
    expect((await create('kept')).status).to.equal(201);
    const file = join(dataDir, 'gateway.db');
    makeBackup(file);
    expect((await create('lost')).status).to.equal(201);
    await gateway.end('SIGKILL');
    moveLogInto(file);
    breakPages(file);

    gateway = await startGateway(env);
    await untilReady();
    expect((await health()).reasons).to.include('db_restored');
    const { body } = await waitFor(async () => {
      const answer = await getJson(`${gateway?.origin}/api/cameras`);
      return answer.body.length > 0 ? answer : undefined;
    });
    expect(body.map(({ id }: { id: string }) => id)).to.deep.equal(['kept']);
    expect((await create('lost')).status, 'it can be stored again').to.equal(201);
    const check = new DatabaseSync(file, { readOnly: true });
    expect(check.prepare('pragma quick_check').all()).to.deep.equal([{ quick_check: 'ok' }]);
    check.close();
  });

  describe('in which nothing can be written', () => {
    let cameras: RtspServer;

    before(async () => {
      cameras = await openTestCameras(['/1']);
    });
    after(() => cameras.close());

    it('F41: starts all the same, says what is wrong, and shows cameras', async () => {
      chmodSync(dataDir, 0o500);
      const isRoot = process.getuid?.() === 0;
      gateway = await startGateway({ DATA_DIR: dataDir, RTSP_WORKERS: '1' }, isRoot ? BOUND_TO_MODES : []);
      const { status, reasons } = await health();
      expect(status).to.equal('degraded');
      expect(reasons).to.include.members(['db_unavailable', 'data_dir_unwritable']);
      await waitFor(async () => (await getJson(`${gateway?.origin}/health`)).body.services.rtsp.running, {
        timeoutMs: 20_000,
      });
      const refused = await create('1');
      expect([refused.status, refused.body.code]).to.deep.equal([503, 'storage-unavailable']);
      const connected = await postJson(`${gateway.origin}/api/cameras/connect`, {
        cameraId: '1',
        url: cameras.url('/1'),
      });
      expect(connected.status).to.equal(200);
      expect((await fetch(`${gateway.origin}/api/cameras/1/frame`)).status).to.equal(200);
    });
  });
});
