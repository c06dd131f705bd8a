import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { createPostgresDatabase } from '../support/stores.ts';
import { waitFor } from '../support/wait-for.ts';

const ROUNDS = 3;
const WRITERS = 4;
/** What a failed test leaves behind. */
const started: RunningProcess[] = [];

/** Writes cameras one after another until the gateway is gone. @returns ids that were acknowledged */
async function writeUntilKilled(origin: string, prefix: string): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let index = 0; ; index += 1) {
    const id = `${prefix}-${index}`;
    const camera = { id, ip: '10.0.0.9', enabled: false };
    const status = await postJson(`${origin}/api/cameras`, camera).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status === undefined) return acknowledged;
    if (status === 201) acknowledged.push(id);
  }
}

async function survives(env: Record<string, string>): Promise<void> {
  const kept: string[] = [];
  let gateway: RunningProcess;
  for (let round = 0; round < ROUNDS; round += 1) {
    gateway = await startReady(env);
    const writers = Array.from({ length: WRITERS }, (_, writer) =>
      writeUntilKilled(gateway.origin, `r${round}w${writer}`),
    );
    // At another point of the writing each time.
    const target = kept.length + 10 + round * 7;
    await waitFor(async () => (await getJson(`${gateway.origin}/api/cameras`)).body.length >= target);
    await gateway.end('SIGKILL');
    kept.push(...(await Promise.all(writers)).flat());
    gateway = await startReady(env);
    const { body } = await getJson(`${gateway.origin}/api/cameras`);
    const ids = new Set(body.map(({ id }: { id: string }) => id));
    expect(kept.filter((id) => !ids.has(id))).to.deep.equal([]);
    await gateway.end();
  }
  expect(kept.length).to.be.greaterThan(ROUNDS * 10);
}

async function startReady(env: Record<string, string>): Promise<RunningProcess> {
  const gateway = await startGateway({ RTSP_WORKERS: '1', LOG_LEVEL: 'warn', MAX_CAMERAS: '10000', ...env });
  started.push(gateway);
  await waitFor(async () => (await getJson(`${gateway.origin}/health`)).body.database.ready);
  await waitFor(async () => (await postJson(`${gateway.origin}/api/cameras`, {})).status === 400);
  return gateway;
}

describe('What the gateway acknowledged', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gateway-store-'));
  });
  afterEach(async () => {
    for (const gateway of started.splice(0)) await gateway.end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('F36: survives SIGKILL in the middle of writing on SQLite, whose file stays whole', async () => {
    await survives({ DATA_DIR: dataDir });
    const database = new DatabaseSync(join(dataDir, 'gateway.db'));
    expect(database.prepare('pragma quick_check').all()).to.deep.equal([{ quick_check: 'ok' }]);
    database.close();
  });

  it('F36: survives SIGKILL in the middle of writing on PostgreSQL', async function () {
    if (process.env.TEST_DATABASE_URL === undefined) {
      if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
      this.skip();
    }
    await survives({ DATA_DIR: dataDir, DATABASE_URL: await createPostgresDatabase() });
  });

  it('is refused to a second gateway on the same folder, in words that say what to do', async () => {
    const gateway = await startReady({ DATA_DIR: dataDir });
    const second = await startGateway({ DATA_DIR: dataDir }).catch((error: Error) => error.message);
    expect(second).to.match(/ended with 100: Another gateway \(pid \d+\) uses the data directory/);
    await gateway.end();
  });
});
