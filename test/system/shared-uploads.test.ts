import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { S3Server } from '../support/s3-server.ts';
import { createPostgresDatabase } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const CLIP = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10:duration=2', '-pix_fmt', 'yuv420p'];

describe('Two gateways on one PostgreSQL, with uploads in a bucket', () => {
  let bucket: S3Server;
  let gateways: RunningProcess[] = [];

  before(async function () {
    requirePeer(this, 'versitygw, an S3 server');
    requirePeer(this, 'ffmpeg');
    requirePeer(this, 'a PostgreSQL server');
    bucket = await S3Server.open();
    const env = {
      DATABASE_URL: await createPostgresDatabase(),
      SECRET_KEY: 'a key that all of them have',
      ANALYSIS: 'off',
      RTSP_WORKERS: '1',
      DISK_RESERVE_MB: '0',
      ...bucket.env,
    };
    gateways = await Promise.all([startGateway(env), startGateway(env)]);
    for (const { origin } of gateways)
      await waitFor(async () => (await fetch(`${origin}/readyz`)).status === 200);
  });

  after(async () => {
    await Promise.all(gateways.map((gateway) => gateway.end()));
    await bucket?.close();
  });

  it('give and play at one what was uploaded to the other', async () => {
    const [here, there] = gateways.map(({ origin }) => origin);
    const file = join(temporaryFolder(), 'clip.mp4');
    expect(spawnSync('ffmpeg', ['-v', 'error', ...CLIP, file]).status).to.equal(0);
    const form = new FormData();
    form.append('cameraId', 'film');
    form.append('streamType', 'video');
    form.append('file', new Blob([readFileSync(file)]), 'clip.mp4');
    const stored = await fetch(`${here}/api/camera-streams`, { method: 'POST', body: form });
    expect([stored.status, stored.ok ? '' : await stored.text()]).to.deep.equal([201, '']);

    const given = await fetch(`${there}/api/camera-streams/film/video`);
    expect(Buffer.from(await given.arrayBuffer()).equals(readFileSync(file))).to.equal(true);
    const camera = { id: 'screen', name: 'Screen', video: 'film' };
    expect((await postJson(`${there}/api/cameras`, camera)).status).to.equal(201);
    await waitFor(async () => (await fetch(`${there}/api/cameras/screen/frame`)).status === 200, {
      message: 'a picture of the video at the other gateway',
    });
  });
});
