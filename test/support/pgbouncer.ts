/** PgBouncer in transaction mode between a test and its PostgreSQL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

/** Where Debian has it when it is not on the PATH of a user. */
const FURTHER = ['/usr/sbin'];

/** Its program; undefined where it is not installed. */
export function findPgBouncer(path = process.env.PATH ?? ''): string | undefined {
  return [...path.split(delimiter), ...FURTHER]
    .map((folder) => join(folder, 'pgbouncer'))
    .find((file) => existsSync(file));
}

/** One that passes one database on. */
export class PgBouncer {
  /** `postgres://` URL through it. */
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, process: ChildProcess, folder: string) {
    this.url = url;
    this.#process = process;
    this.#folder = folder;
  }

  /** @param program from {@link findPgBouncer} @param databaseUrl of the database behind it */
  static async open(program: string, databaseUrl: string): Promise<PgBouncer> {
    const { hostname, port, username, password, pathname } = new URL(databaseUrl);
    const folder = temporaryFolder();
    const listenPort = await freePort();
    const name = pathname.slice(1);
    const file = join(folder, 'pgbouncer.ini');
    const settings = [
      '[databases]',
      `${name} = host=${hostname} port=${port} dbname=${name} user=${username} password=${password}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${listenPort}`,
      'auth_type = any',
      'pool_mode = transaction',
      // Few sessions for many clients, so that a client meets those of others.
      'default_pool_size = 3',
      'ignore_startup_parameters = statement_timeout',
      'unix_socket_dir =',
    ];
    writeFileSync(file, `${settings.join('\n')}\n`);
    // It refuses to run as root.
    const isRoot = process.getuid?.() === 0;
    chmodSync(folder, 0o755);
    chmodSync(file, 0o644);
    const user = isRoot ? ['-u', 'daemon'] : [];
    const child = spawn(program, [...user, file], { stdio: 'ignore' });
    await waitFor(() => canConnect(listenPort), { message: 'PgBouncer to listen' });
    return new PgBouncer(`postgres://${username}@127.0.0.1:${listenPort}/${name}`, child, folder);
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
