import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { getJson, postJson } from '../../support/http.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('A gateway with more stored cameras than MAX_CAMERAS', () => {
  const dataDir = temporaryFolder();
  let gateway: TestGateway;

  before(async () => {
    const before = await TestGateway.open({ env: { DATA_DIR: dataDir } });
    for (const id of ['1', '2'])
      await postJson(`${before.origin}/api/cameras`, { id, url: `rtsp://10.0.0.9/${id}` });
    await before.close();
    gateway = await TestGateway.open({ env: { DATA_DIR: dataDir, MAX_CAMERAS: '1' } });
  });

  after(async () => {
    await gateway?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const statusOf = async (id: string) => (await getJson(`${gateway.origin}/api/cameras/${id}/status`)).body;

  it('runs as many as it may, lists all, and says of each other what an operator can do', async () => {
    await waitFor(async () => (await getJson(`${gateway.origin}/api/cameras`)).body.length === 2);
    const left = await statusOf('2');
    expect(left).to.include({ connected: false, reason: 'camera-limit' });
    expect(left.hint).to.include('MAX_CAMERAS');
    expect((await statusOf('1')).reason).not.to.equal('camera-limit');
  });
});
