/**
 * `npm run interop`: real peers against a running gateway. It installs nothing: a peer that is missing is
 * skipped aloud, with what would install it. Python peers run in `INTEROP_PYTHON`, `python3` by default.
 */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LocalMoondream } from './gateway/moondream/harness.ts';
import { postJson } from './support/http.ts';
import { type RunningProcess, startGateway } from './support/processes.ts';
import { openTestCameras } from './support/test-clip.ts';
import { waitFor } from './support/wait-for.ts';

const run = promisify(execFile);
const PYTHON = process.env.INTEROP_PYTHON ?? 'python3';
const TOKEN = 'admin-token-of-interop';
const PEER_MS = 60_000;

interface Peer {
  name: string;
  /** What installs it. */
  install: string;
  /** A command that succeeds where it is installed. */
  probe: readonly [string, ...string[]];
  /** Plays or asks. @returns what was seen @throws Error */
  run: (gateway: RunningProcess) => Promise<string>;
}

const hasModules = (...names: string[]): [string, ...string[]] => [
  PYTHON,
  '-c',
  `import ${names.join(', ')}`,
];
const script = (name: string): string => fileURLToPath(new URL(`interop/${name}`, import.meta.url));

async function output(file: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(file, args, { timeout: PEER_MS });
  return (stdout || stderr).trim().split('\n').at(-1) ?? '';
}

/** Decodes two seconds of an address with ffmpeg. */
const decode = async (url: string): Promise<string> => {
  const args = ['-v', 'error', '-i', url, '-t', '2', '-progress', '-', '-f', 'null', '/dev/null', '-y'];
  const { stdout } = await run('ffmpeg', args, { timeout: PEER_MS });
  const frames = Number(/.*frame=(\d+)/s.exec(stdout)?.[1] ?? 0);
  if (frames < 10) throw new Error(`ffmpeg decoded ${frames} pictures`);
  return `${frames} pictures`;
};

const ffmpeg = { install: 'apt-get install ffmpeg', probe: ['ffmpeg', '-version'] } as const;

const PEERS: readonly Peer[] = [
  {
    ...ffmpeg,
    name: 'ffmpeg, HLS by ticket',
    run: async ({ origin }) => {
      const path = '/hls/1/index.m3u8';
      const { body } = await postJson(`${origin}/api/tickets`, { path });
      return decode(`${origin}${path}?ticket=${body.ticket}`);
    },
  },
  {
    ...ffmpeg,
    name: 'ffmpeg, MJPEG',
    run: ({ origin }) => decode(`${origin}/api/cameras/1/stream.mjpeg?fps=10`),
  },
  {
    name: 'aiortc, WHEP',
    install: 'pip install aiortc aiohttp',
    probe: hasModules('aiortc', 'aiohttp'),
    run: ({ origin }) => output(PYTHON, script('aiortc-whep.py'), `${origin}/whep/1`),
  },
  {
    name: 'Moondream client',
    install: 'pip install moondream',
    probe: hasModules('moondream'),
    run: ({ origin }) => output(PYTHON, script('moondream-client.py'), `${origin}/api/moondream`, TOKEN),
  },
];

async function meet(peer: Peer, gateway: RunningProcess): Promise<boolean> {
  const [file, ...args] = peer.probe;
  if (spawnSync(file, args).status !== 0) {
    console.log(`skipped  ${peer.name}: not installed (${peer.install})`);
    return true;
  }
  try {
    console.log(`ok       ${peer.name}: ${await peer.run(gateway)}`);
    return true;
  } catch (error) {
    console.log(`FAILED   ${peer.name}: ${(error as Error).message}`);
    return false;
  }
}

const moondream = await LocalMoondream.open();
const cameras = await openTestCameras(['/1']);
const gateway = await startGateway({
  ANALYSIS: 'off',
  API_TOKEN: TOKEN,
  MOONDREAM_API_URL: moondream.url,
});
try {
  await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok, { timeoutMs: PEER_MS });
  await postJson(`${gateway.origin}/api/cameras/connect`, { cameraId: '1', url: cameras.url('/1') });
  for (const peer of PEERS) if (!(await meet(peer, gateway))) process.exitCode = 1;
} finally {
  await gateway.end();
  await cameras.close();
  moondream.close();
}
