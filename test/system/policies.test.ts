import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { childrenOf, isRunning, type RunningProcess, startGateway } from '../support/processes.ts';
import { makeVideoFile } from '../support/video-file.ts';
import { waitFor } from '../support/wait-for.ts';

const CANARY = 'S3cr3tC4naryOfThisTest';
/** Every secret that a gateway may be given. */
const SECRETS = {
  API_TOKEN: `${CANARY}-admin`,
  VIEWER_TOKEN: `${CANARY}-viewer`,
  SECRET_KEY: `${CANARY}-key`,
  WEBHOOK_SECRET: `whsec_${Buffer.from(`${CANARY}-webhook-secret`).toString('base64')}`,
  MOONDREAM_API_KEY: `${CANARY}-moondream`,
  VLM_KEY: `${CANARY}-vlm`,
  MEDIAMTX_API_PASSWORD: `${CANARY}-mediamtx`,
  APP_PY_URL: `http://backend:${CANARY}@127.0.0.1:9`,
};
/** What a worker may know: itself, its limits, where it may dial. */
const WORKER_MAY_KNOW =
  /^(PATH|HOME|TZ|LANG|LC_ALL|TMPDIR|LOG_LEVEL|WORKER_(PORT|NAME|INSTANCE|EPOCH|TOKEN|TRAIL)|UV_THREADPOOL_SIZE|NODE_COMPILE_CACHE|NODE_OPTIONS|MALLOC_\w+|NODE_CHANNEL_(FD|SERIALIZATION_MODE)|ANALYSIS_FPS|PERSON_MODEL|FACE_MODEL|SIMULATOR_PORT|WORKER_RECORDINGS_(DIR|RESERVE_MB|MEMORY_MB|QUOTA_MB)|MAX_PICTURE_MEGAPIXELS|DECODER|WORKER_DECODER_MB|MAX_WEBRTC_SESSIONS|WEBRTC_\w+|ICE_SERVERS|PUBLIC|OWN_PORTS|ALLOW_LOOPBACK_CAMERAS|CAMERA_ALLOW_(CIDRS|PORTS))$/;
/** State of a listening socket in `/proc/net/tcp` (include/net/tcp_states.h). */
const LISTEN = '0A';
/** 127.0.0.1, as the kernel writes it. */
const LOOPBACK = '0100007F';

/** A TCP socket that listens: who may reach it, and at which port. */
interface Listener {
  address: string;
  port: number;
}

/** The listening TCP sockets of a process, IPv4 and IPv6. */
function listenersOf(pid: number): Listener[] {
  const descriptors = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return [];
    }
  });
  const own = new Set(descriptors.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTEN && own.has(fields[9] ?? ''))
      .map((fields) => {
        const [address = '', port = ''] = (fields[1] ?? '').split(':');
        return { address, port: Number.parseInt(port, 16) };
      }),
  );
}

function environmentOf(pid: number): Map<string, string> {
  const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return new Map(pairs.map((pair) => [pair.split('=')[0] as string, pair.slice(pair.indexOf('=') + 1)]));
}

describe('The processes of a gateway', function () {
  this.timeout(150_000);
  let gateway: RunningProcess;
  /** One with a camera to analyse: it ends the demo, and so the simulator. */
  let analysing: RunningProcess;
  let workers: number[];
  let rtspPort: number;

  before(async function () {
    if (process.platform !== 'linux') {
      console.log('      skipped: only Linux has /proc');
      this.skip();
    }
    rtspPort = await freePort();
    gateway = await startGateway({
      ...SECRETS,
      DEMO_CAMERAS: 'on',
      // It would start some time after the others.
      ANALYSIS: 'off',
      RTSP_WORKERS: '1',
      DISK_RESERVE_MB: '0',
      SIMULATOR_PORT: String(rtspPort),
    });
    analysing = await startGateway({ ...SECRETS, RTSP_WORKERS: '1', DISK_RESERVE_MB: '0' });
    const camera = { id: '1', url: 'rtsp://127.0.0.1:9/1', analysis: { motion: true } };
    await waitFor(async () => (await postJson(`${analysing.origin}/api/cameras`, camera)).status === 201, {
      timeoutMs: 40_000,
      message: 'a camera to analyse',
    });
    const isRunning = async ({ origin }: RunningProcess, worker: string): Promise<boolean> => {
      const { body } = await getJson(`${origin}/health`);
      return body.services.rtsp.running && body.services[worker].running;
    };
    const areRunning = async () =>
      (await isRunning(gateway, 'simulator')) && (await isRunning(analysing, 'analysis'));
    await waitFor(areRunning, { timeoutMs: 40_000, message: 'four workers' });
    workers = [gateway, analysing].flatMap(({ pid }) => childrenOf(pid));
  });
  after(() => Promise.all([gateway?.end(), analysing?.end()]));

  it('S26: give every worker the environment that it needs, and no secret of another', () => {
    const names = workers.map((pid) => environmentOf(pid).get('WORKER_NAME'));
    expect(names).to.have.members(['rtsp-0', 'simulator', 'rtsp-0', 'analysis']);
    for (const pid of workers) {
      const environment = environmentOf(pid);
      const name = environment.get('WORKER_NAME');
      expect(
        [...environment.keys()].filter((key) => !WORKER_MAY_KNOW.test(key)),
        name,
      ).to.deep.equal([]);
      expect(environment.get('NODE_OPTIONS'), name).to.equal(undefined);
      const whole = readFileSync(`/proc/${pid}/environ`, 'utf8');
      expect(whole, name).to.not.include(CANARY);
      expect(whole, name).to.not.include(SECRETS.WEBHOOK_SECRET);
      // Of the data folder a worker knows the part that it writes recordings to.
      const recordings = join(gateway.dataDir, 'recordings');
      expect(whole.replaceAll(recordings, ''), name).to.not.include(gateway.dataDir);
    }
  });

  it('S26: give each worker a secret of its own', () => {
    const tokens = workers.map((pid) => environmentOf(pid).get('WORKER_TOKEN') ?? '');
    expect(new Set(tokens).size).to.equal(workers.length);
    for (const token of tokens) expect(token.length).to.be.at.least(32);
  });

  it('S26: keep their files from other users', () => {
    for (const pid of [gateway.pid, ...workers])
      expect(readFileSync(`/proc/${pid}/status`, 'utf8')).to.match(/^Umask:\t0077$/m);
    expect(statSync(gateway.dataDir).mode & 0o777).to.equal(0o700);
    const open = readdirSync(gateway.dataDir, { recursive: true, encoding: 'utf8' }).filter(
      // Those that are gone again were temporary.
      (name) => ((statSync(join(gateway.dataDir, name), { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0,
    );
    expect(open).to.deep.equal([]);
  });

  it('S26, S28: may run as root, which is said', () => {
    expect(gateway.output().includes('runs as root')).to.equal(process.getuid?.() === 0);
  });

  it('S21: listen on loopback only, but for the gateway itself', () => {
    for (const pid of workers)
      expect(listenersOf(pid).filter(({ address }) => address !== LOOPBACK)).to.deep.equal([]);
    expect(listenersOf(gateway.pid).map(({ port }) => port)).to.deep.equal([gateway.port]);
  });

  it('S21: answer only the gateway that started them', async () => {
    const ports = workers.flatMap((pid) => listenersOf(pid).map(({ port }) => port));
    const http = ports.filter((port) => port !== rtspPort);
    expect(http).to.have.length(4);
    for (const port of http) {
      for (const path of [
        '/livez',
        '/readyz',
        '/metrics',
        '/internal/cameras',
        '/api/cameras/1/frame',
        '/faults',
        '/nowhere',
      ])
        for (const headers of [{}, { 'x-worker-token': 'wrong' }, { 'x-worker-token': '' }] as Record<
          string,
          string
        >[])
          expect(
            (await getJson(`http://127.0.0.1:${port}${path}`, headers)).status,
            `${port}${path}`,
          ).to.equal(401);
      for (const path of ['/ws', '/internal/link', '/ws/mse/1', '/results']) {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
        const outcome = await Promise.race([
          once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number),
          once(socket, 'open').then(() => 101),
          once(socket, 'error').then(() => 0),
        ]);
        expect(outcome, `${port}${path}`).to.be.oneOf([401, 404]);
        socket.on('error', () => {}).terminate();
      }
    }
  });

  it('S14: take no upload for a video because it is called so, and keep nothing of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'policies-'));
    const video = join(folder, 'real.mp4');
    await makeVideoFile(video, { frames: 10 });
    const disguised: Record<string, string> = {
      'a concat list': `ffconcat version 1.0\nfile '${video}'\n`,
      'a playlist': `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${video}\n#EXT-X-ENDLIST\n`,
      'an SVG': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    };
    const upload = async (content: string | Buffer) => {
      const form = new FormData();
      form.append('cameraId', 'disguised');
      form.append('streamType', 'video');
      form.append(
        'file',
        new Blob([new Uint8Array(Buffer.from(content))], { type: 'video/mp4' }),
        'clip.mp4',
      );
      const answer = await fetch(`${gateway.origin}/api/camera-streams`, { method: 'POST', body: form });
      return { status: answer.status, code: ((await answer.json()) as { code?: string }).code };
    };
    const files = (): string[] => readdirSync(join(gateway.dataDir, 'uploads'));
    for (const [name, content] of Object.entries(disguised)) {
      expect(await upload(content), name).to.deep.equal({ status: 415, code: 'not-a-video' });
      expect(files(), name).to.deep.equal([]);
    }
    expect((await upload(readFileSync(video))).status).to.equal(201);
    expect(files()).to.have.length(1);
    expect(statSync(join(gateway.dataDir, 'uploads', files()[0] as string)).mode & 0o777).to.equal(0o600);
    rmSync(folder, { recursive: true });
  });

  it('S27: log lines that are JSON, each of them, and no secret in any', () => {
    const lines = gateway
      .output()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('Sign in: '));
    for (const line of lines) expect(() => JSON.parse(line), line).to.not.throw();
    expect(gateway.output()).to.not.include(CANARY);
  });
});

describe('A worker and the file .env', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'worker-env-'));
    writeFileSync(join(folder, '.env'), 'LOG_LEVEL=no-such-level\nAPI_TOKEN=S3cr3tC4nary\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Starts a worker in that folder; @returns its exit code, or undefined once it serves. */
  async function start(kind: string, env: Record<string, string>): Promise<number | undefined> {
    const entry = fileURLToPath(new URL(`../../workers/${kind}/main.ts`, import.meta.url));
    const child = spawn(process.execPath, [entry], {
      cwd: folder,
      env: { PATH: process.env.PATH, WORKER_PORT: '0', SIMULATOR_PORT: '0', SIMULATOR_PTZ_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const exited = once(child, 'exit').then(([code]) => code as number);
    try {
      const isReady = () => child.exitCode !== null || output.includes('worker is ready');
      await waitFor(isReady, { timeoutMs: 30_000, message: `the ${kind} worker` });
      return child.exitCode ?? undefined;
    } finally {
      child.kill('SIGKILL');
      await exited;
      expect(isRunning(child.pid as number)).to.equal(false);
    }
  }

  for (const kind of ['rtsp', 'analysis', 'simulator']) {
    it(`S26: the ${kind} worker of a gateway reads nothing of it, one that runs alone does`, async () => {
      expect(await start(kind, { WORKER_TOKEN: 'token-of-this-test' })).to.equal(undefined);
      expect(await start(kind, {})).to.equal(78);
    });
  }
});
