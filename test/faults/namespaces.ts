/** Network namespaces of Linux (`ip netns`), and the processes in them. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { signalIfRunning } from '../support/processes.ts';

/** Namespaces by what stands in them. */
export type NamespaceNames<Place extends string> = Readonly<Record<Place, string>>;

/** Programs that a run needs, and the Debian package of each. */
export type Programs = Readonly<Record<string, string>>;
const PREFIX = 'vrg-faults';
const FOLDER = '/run/netns';
/** Programs of the network are there, which is not on everyone's path. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];
const MISSING_NAMESPACE = /Cannot open network namespace|No such file/;

export interface Machine {
  path: string;
  userId: number | undefined;
  /** Where programs may be besides. */
  moreFolders?: readonly string[];
}

/** Why the namespaces cannot be made here, or what a run needs is missing; undefined when nothing is in the way. */
export function obstacle(
  programs: Programs,
  { path, userId, moreFolders = SYSTEM_FOLDERS }: Machine,
): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (userId !== 0) return 'network namespaces need root';
  const folders = [...path.split(delimiter), ...moreFolders];
  const missing = Object.entries(programs).filter(
    ([program]) => !folders.some((folder) => existsSync(join(folder, program))),
  );
  if (missing.length === 0) return undefined;
  return `${missing.map(([program, name]) => `${program} (apt-get install ${name})`).join(', ')}: not found`;
}

/** Makes the namespaces of this run, after those that a killed run left are removed. */
export function makeNamespaces<Place extends string>(places: readonly Place[]): NamespaceNames<Place> {
  for (const name of existsSync(FOLDER) ? readdirSync(FOLDER) : []) {
    const [, owner] = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name) ?? [];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) removeNamespace(name);
  }
  const names = Object.fromEntries(places.map((place) => [place, `${PREFIX}-${process.pid}-${place}`]));
  for (const name of Object.values(names)) {
    run('ip', 'netns', 'add', name);
    run('ip', '-n', name, 'link', 'set', 'lo', 'up');
  }
  return names as NamespaceNames<Place>;
}

/** Ends every process in a namespace and removes it; nothing happens when it is gone. */
export function removeNamespace(name: string): void {
  try {
    signalIn(name, 'SIGKILL');
    run('ip', 'netns', 'del', name);
  } catch (error) {
    if (!MISSING_NAMESPACE.test(String(error))) throw error;
  }
}

/** Signals every process in a namespace. */
export function signalIn(namespace: string, signal: NodeJS.Signals): void {
  for (const pid of run('ip', 'netns', 'pids', namespace).split('\n').filter(Boolean).map(Number))
    signalIfRunning(pid, signal);
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

/** One end of a cable. */
export interface End {
  namespace: string;
  device: string;
  /** Its first 24 bits are those of the network; undefined: none. */
  address?: string;
}

/** Lays a cable between two namespaces. */
export function connect(one: End, other: End): void {
  const peer = ['peer', 'name', other.device, 'netns', other.namespace];
  run('ip', 'link', 'add', one.device, 'netns', one.namespace, 'type', 'veth', ...peer);
  for (const end of [one, other]) configure(end);
}

/** Gives a device its address and switches it on. */
export function configure({ namespace, device, address }: End): void {
  if (address !== undefined) run('ip', '-n', namespace, 'addr', 'add', `${address}/24`, 'dev', device);
  run('ip', '-n', namespace, 'link', 'set', device, 'up');
}
