import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { addressesOf, KEY, snippetsOf } from '../../gateway/dashboard/browser/camera-addresses.ts';
import { isWholeJpeg } from '../support/decode-jpeg.ts';
import { freePort } from '../support/free-port.ts';
import { postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);
const PROBE = ['-v', 'error', '-show_entries', 'stream=codec_type', '-of', 'csv=p=0'];

describe('The page "Use in an app"', function () {
  this.timeout(90_000);
  const folder = temporaryFolder();
  let gateway: RunningProcess;
  let key: string;
  let texts: Map<string, string>;

  before(async () => {
    const rtspPort = await freePort();
    gateway = await startGateway({ DEMO_CAMERAS: 'on', RTSP_WORKERS: '1', RTSP_PORT: String(rtspPort) });
    const created = await waitFor(async () => {
      const answer = await postJson(`${gateway.origin}/api/keys`, { name: 'Test', scope: 'view' });
      return answer.status === 201 ? (answer.body as { key: string }) : undefined;
    });
    key = created.key;
    const place = { base: gateway.origin, cameraId: '1', rtspPort };
    const all = [...addressesOf(place), ...snippetsOf(place)];
    texts = new Map(all.map(({ label, text }) => [label, text.replaceAll(KEY, key)]));
    const picture = `${gateway.origin}/api/cameras/1/frame`;
    await waitFor(async () => (await fetch(picture)).ok, { timeoutMs: 30_000 });
  });
  after(() => gateway?.end());

  const text = (label: string) => texts.get(label) as string;

  for (const [label, type] of [
    ['Picture', 'image/jpeg'],
    ['MJPEG', 'multipart/x-mixed-replace'],
    ['HLS', 'application/vnd.apple.mpegurl'],
  ] as const) {
    it(`gives an address that works with a key: ${label}`, async () => {
      const ending = new AbortController();
      const headers = { Authorization: `Bearer ${key}` };
      const response = await waitFor(async () => {
        const tried = await fetch(text(label), { headers, signal: ending.signal });
        return tried.ok ? tried : undefined;
      });
      expect(response.headers.get('content-type')).to.match(new RegExp(`^${type}`));
      ending.abort();
    });
  }

  it('gives addresses that a player reads with the key in them: RTSP and HLS', async function () {
    requirePeer(this, 'ffmpeg');
    for (const [label, options] of [
      ['RTSP', ['-rtsp_transport', 'tcp']],
      ['VLC', []],
    ] as const) {
      const [address = ''] = /(?:rtsp|http):\/\/[^']+/.exec(text(label)) ?? [];
      expect((await run('ffprobe', [...PROBE, ...options, address])).stdout).to.include('video');
    }
  });

  it('gives an image for a page, whose address opens by itself', async () => {
    const [, source = ''] = /src="([^"]+)"/.exec(text('HTML')) ?? [];
    const ending = new AbortController();
    expect((await fetch(source.replaceAll('&amp;', '&'), { signal: ending.signal })).status).to.equal(200);
    ending.abort();
  });

  it('gives commands that save a picture: curl and Python', async () => {
    for (const [program, args] of [
      ['bash', ['-c', text('curl')]],
      ['python3', ['-c', text('Python')]],
    ] as const) {
      await run(program, args, { cwd: folder });
      expect(isWholeJpeg(readFileSync(join(folder, 'frame.jpg')))).to.equal(true);
    }
  });
});
