import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { HttpEndpoint } from '../../../gateway/deliveries/http-endpoint.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import { openStore } from '../../../gateway/store/store.ts';
import { FastApiReceiver, sendJson } from '../../support/fastapi-receiver.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { DeliveryStage, LEASE_MS } from './harness.ts';

const SENDER = fileURLToPath(new URL('../../fixtures/sender.ts', import.meta.url));
const DELIVERIES = 60;
const KILL_AFTER = 25;

describe('A sender that is killed with SIGKILL', () => {
  const folders: string[] = [];
  const children: ChildProcess[] = [];

  after(() => {
    for (const child of children) child.kill('SIGKILL');
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('F57: loses no delivery, and what it had under way is sent again with the same id', async () => {
    const receiver = await FastApiReceiver.open();
    const dataDir = mkdtempSync(join(tmpdir(), 'gateway-store-'));
    folders.push(dataDir);
    const key = randomBytes(32);
    const child = spawn(process.execPath, [
      SENDER,
      dataDir,
      key.toString('hex'),
      receiver.url,
      String(DELIVERIES),
    ]);
    children.push(child);
    const exited = once(child, 'exit');
    // From then on the receiver has each request and the sender never hears so.
    receiver.reply = (response) => {
      if (receiver.received.length <= KILL_AFTER) sendJson(response, 200, {});
    };
    await waitFor(() => receiver.received.length > KILL_AFTER, { timeoutMs: 30_000 });
    child.kill('SIGKILL');
    await exited;
    const unheard = receiver.ids[KILL_AFTER];

    receiver.reply = undefined;
    const store = openStore({ dataDir, databaseUrl: undefined, log: silentLog });
    await store.whenReady();
    const stage = new DeliveryStage(store, createSecretBox(key));
    stage.now = Date.now() + LEASE_MS;
    stage.startSender({ endpoint: new HttpEndpoint({ baseUrl: receiver.url }) });
    await waitFor(async () => (await stage.rows()).every(({ status }) => status === 'delivered'));
    const stored = (await stage.rows()).map(({ id }) => id);
    expect(stored).to.have.length(DELIVERIES);
    expect([...new Set(receiver.ids)].sort()).to.deep.equal(stored.sort());
    expect(receiver.ids.filter((id) => id === unheard)).to.have.length(2);
    await stage.close();
    await store.close();
    await receiver.close();
  });
});
