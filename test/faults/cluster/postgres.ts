/** A PostgreSQL server and a PgBouncer of our own, and where Debian keeps their programs. */
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../namespaces.ts';

const VERSIONS = '/usr/lib/postgresql';
const POOLER = '/usr/sbin/pgbouncer';
/** They refuse to run as root. */
const AS_POSTGRES = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];
const PORT = 5432;
const NETWORK = '10.72.0.0/16';

/** Folder with the programs of the newest PostgreSQL; undefined where there is none. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(VERSIONS)
    ? readdirSync(VERSIONS)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  return versions
    .map((version) => join(VERSIONS, String(version), 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

/** Makes a database that takes all clients of the cluster, and settings of the pooler. @param folder of this run */
export function prepareDatabase(folder: string, { database }: { database: string }): void {
  chmodSync(folder, 0o755);
  const data = dataOf(folder);
  mkdirSync(data);
  const [user, group] = ['-u', '-g'].map((flag) => Number(run('id', flag, 'postgres')));
  chownSync(data, user as number, group as number);
  const [program = '', ...args] = AS_POSTGRES;
  run(
    program,
    ...args,
    join(postgresPrograms() as string, 'initdb'),
    '-D',
    data,
    '-A',
    'trust',
    '-E',
    'UTF8',
  );
  run('sh', '-c', `echo "host all all ${NETWORK} trust" >> ${join(data, 'pg_hba.conf')}`);
  const settings = [
    '[databases]',
    `postgres = host=${database} port=${PORT} dbname=postgres user=postgres`,
    '[pgbouncer]',
    ...['listen_addr = *', `listen_port = ${PORT}`, 'auth_type = any', 'unix_socket_dir ='],
    // Few sessions for many clients, so that a client meets those of others.
    ...['pool_mode = transaction', 'default_pool_size = 5'],
    'ignore_startup_parameters = statement_timeout',
    ...['server_connect_timeout = 3', 'server_login_retry = 1', 'query_timeout = 15'],
  ];
  writeFileSync(poolerFile(folder), `${settings.join('\n')}\n`);
}

export const databaseCommand = (folder: string): string[] => [
  ...AS_POSTGRES,
  join(postgresPrograms() as string, 'postgres'),
  ...['-D', dataOf(folder), '-c', 'listen_addresses=*', '-c', 'unix_socket_directories='],
];

export const poolerCommand = (folder: string): string[] => [...AS_POSTGRES, POOLER, poolerFile(folder)];

/** @param host of the server, or of the pooler */
export const databaseUrl = (host: string): string => `postgres://postgres@${host}:${PORT}/postgres`;

const dataOf = (folder: string): string => join(folder, 'database');
const poolerFile = (folder: string): string => join(folder, 'pgbouncer.ini');
