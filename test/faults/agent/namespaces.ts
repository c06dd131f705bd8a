/** Network namespaces of Linux (`ip netns`), and the processes in them. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Namespaces by what stands in them: cameras, agent, router with NAT, gateway and proxy, viewers. */
export const PLACES = ['cameras', 'agent', 'router', 'cloud', 'viewers'] as const;
export type Place = (typeof PLACES)[number];
export type NamespaceNames = Readonly<Record<Place, string>>;

/** Programs that are needed, and the Debian package of each. */
const PROGRAMS = {
  ip: 'iproute2',
  tc: 'iproute2',
  nft: 'nftables',
  nginx: 'nginx',
  openssl: 'openssl',
  python3: 'python3',
};
const PREFIX = 'vrg-faults';
const FOLDER = '/run/netns';
/** Programs of the network are there, which is not on everyone's path. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];
const MISSING_NAMESPACE = /Cannot open network namespace|No such file/;

/** Why the namespaces cannot be made here; undefined when they can. */
export function obstacle(
  path: string,
  userId: number | undefined,
  moreFolders: readonly string[] = SYSTEM_FOLDERS,
): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (userId !== 0) return 'network namespaces need root';
  const folders = [...path.split(delimiter), ...moreFolders];
  const missing = Object.entries(PROGRAMS).filter(
    ([program]) => !folders.some((folder) => existsSync(join(folder, program))),
  );
  if (missing.length > 0)
    return `${missing.map(([program, name]) => `${program} (apt-get install ${name})`).join(', ')}: not found`;
  return existsSync('/dev/net/tun') ? undefined : 'there is no /dev/net/tun';
}

/** Makes the namespaces of this run, after those that a killed run left are removed. */
export function makeNamespaces(): NamespaceNames {
  for (const name of existsSync(FOLDER) ? readdirSync(FOLDER) : []) {
    const [, owner] = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name) ?? [];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) removeNamespace(name);
  }
  const names = Object.fromEntries(PLACES.map((place) => [place, `${PREFIX}-${process.pid}-${place}`]));
  for (const name of Object.values(names)) {
    run('ip', 'netns', 'add', name);
    run('ip', '-n', name, 'link', 'set', 'lo', 'up');
  }
  return names as NamespaceNames;
}

/** Ends every process in a namespace and removes it; nothing happens when it is gone. */
export function removeNamespace(name: string): void {
  try {
    for (const pid of run('ip', 'netns', 'pids', name).split('\n').filter(Boolean).map(Number)) kill(pid);
    run('ip', 'netns', 'del', name);
  } catch (error) {
    if (!MISSING_NAMESPACE.test(String(error))) throw error;
  }
}

/** Runs a program to its end. @returns what it printed @throws Error with what it complained of */
export function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: toolEnv() });
}

/** The same in a namespace. */
export const runIn = (namespace: string, program: string, ...args: readonly string[]): string =>
  run('ip', 'netns', 'exec', namespace, program, ...args);

/** Starts a program in a namespace; it has the process id that is returned (`ip` becomes it). */
export function spawnIn(
  namespace: string,
  [program = '', ...args]: readonly string[],
  { env = {}, ...options }: { env?: Record<string, string>; cwd?: string; stdio?: 'inherit' | 'pipe' } = {},
) {
  return spawn('ip', ['netns', 'exec', namespace, program, ...args], {
    ...options,
    env: { ...toolEnv(), ...env },
  });
}

function toolEnv(): Record<string, string> {
  return { PATH: [process.env.PATH, ...SYSTEM_FOLDERS].join(delimiter) };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
