/** Finds third-party programs that tests use as real peers. */
import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EXPO_APP } from '../expo/expo-app.ts';
import { hasGenerators, packageFile } from '../generators/tools.ts';
import { hasChromium } from './browser.ts';
import { waitFor } from './wait-for.ts';

/** Debian's Python has the bindings to GStreamer, whichever other Python stands first in the path. */
const PYTHON = '/usr/bin/python3';
const GST_SERVER = fileURLToPath(new URL('../peers/gst-server.py', import.meta.url));
const GST_PROBE =
  'import gi; gi.require_version("GstRtspServer", "1.0"); from gi.repository import GstRtspServer';

/** A Python that has ipycam, a virtual ONVIF camera from PyPI. */
export const IPYCAM_PYTHON = process.env.TEST_IPYCAM_PYTHON ?? 'python3';

/** Prometheus' own checker. */
export const PROMTOOL = process.env.TEST_PROMTOOL ?? 'promtool';

/** A server of the S3 protocol, on files. */
export const VERSITYGW = process.env.TEST_VERSITYGW ?? 'versitygw';

/** A media server that carries cameras to an audience. */
export const MEDIAMTX = process.env.TEST_MEDIAMTX ?? 'mediamtx';

/** The loader of Docker Compose, as a command. */
export const COMPOSE_CHECKER = process.env.TEST_COMPOSE_CHECKER ?? 'compose-go';

/** Checks resources against the schemas of Kubernetes, which it carries. */
export const KUBERNETES_VALIDATE = process.env.TEST_KUBERNETES_VALIDATE ?? 'kubernetes-validate';

const [KUSTOMIZE = '', ...BUILD] = (process.env.TEST_KUSTOMIZE ?? 'kubectl kustomize').split(' ');

/** Puts an overlay together, by kubectl or by kustomize itself. */
export const kustomize = (...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(KUSTOMIZE, [...BUILD, ...args], { encoding: 'utf8' });

/** The command line of the inspector of MCP, which `.ci/generators/install` installs. */
export const INSPECTOR = packageFile('.bin/mcp-inspector');

const PROBES = {
  promtool: () => spawnSync(PROMTOOL, ['--version']).status === 0,
  ipycam: () => spawnSync(IPYCAM_PYTHON, ['-c', 'import ipycam']).status === 0,
  'versitygw, an S3 server': () => spawnSync(VERSITYGW, ['--version']).status === 0,
  MediaMTX: () => spawnSync(MEDIAMTX, ['--version']).status === 0,
  'a PostgreSQL server': () => process.env.TEST_DATABASE_URL !== undefined,
  'the loader of Compose files': () => spawnSync(COMPOSE_CHECKER, ['--help']).error === undefined,
  kustomize: () => kustomize('--help').status === 0,
  'kubernetes-validate': () => spawnSync(KUBERNETES_VALIDATE, ['--help']).status === 0,
  'gst-rtsp-server': () => spawnSync(PYTHON, ['-c', GST_PROBE]).status === 0,
  ffmpeg: () => spawnSync('ffmpeg', ['-version']).status === 0,
  chromium: hasChromium,
  // Its help ends with 3.
  mosquitto: () => spawnSync('mosquitto', ['-h']).error === undefined,
  'GStreamer with rtspsrc': () => spawnSync('gst-inspect-1.0', ['rtspsrc']).status === 0,
  'systemd-analyze': () => spawnSync('systemd-analyze', ['--version']).status === 0,
  'what .ci/generators/install installs': hasGenerators,
  'the inspector of MCP': () => existsSync(INSPECTOR),
  'what .ci/expo/install installs': () => existsSync(`${EXPO_APP}/node_modules/expo`),
} as const;

/** Skips the tests of a context aloud when a peer is missing; with `CI_PEERS=required` it fails instead. */
export function requirePeer(context: Mocha.Context, peer: keyof typeof PROBES): void {
  if (PROBES[peer]()) return;
  if (process.env.CI_PEERS === 'required') throw new Error(`${peer} is not installed`);
  console.log(`      skipped: ${peer} is not installed`);
  context.skip();
}

/** GStreamer's RTSP server with the mounts of `test/peers/gst-server.py`. */
export interface GstServer {
  port: number;
  url(path: string): string;
  close(): void;
}

/** Starts it on a free port. @param digest whether it wants user `viewer` with password `p@ss:w/rd#1` */
export async function startGstServer({ digest = false } = {}): Promise<GstServer> {
  const child: ChildProcess = spawn(PYTHON, [GST_SERVER, ...(digest ? ['--digest'] : [])], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const message = 'the GStreamer server to listen';
  const port = await waitFor(() => Number(/"port": (\d+)/.exec(output)?.[1]), { timeoutMs: 20_000, message });
  return { port, url: (path) => `rtsp://127.0.0.1:${port}${path}`, close: () => void child.kill('SIGKILL') };
}

/** One picture of a stream as `ffmpeg` sees it: RGB, three bytes a pixel. @throws Error with what ffmpeg printed */
export function grabRgb(url: string): Buffer {
  const args = [
    '-v',
    'error',
    '-rtsp_transport',
    'tcp',
    '-i',
    url,
    '-frames:v',
    '1',
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    '-',
  ];
  const { status, stdout, stderr } = spawnSync('ffmpeg', args, {
    maxBuffer: 64 * 1024 * 1024,
    timeout: 20_000,
  });
  if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
  return stdout;
}
