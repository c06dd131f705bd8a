/** Settings of several gateways that share one database. */
import { hostname } from 'node:os';
import { type Environment, readInteger, readOptional, readText, SettingsError } from '#shared/settings.ts';

/** How other gateways know this one. */
export interface ClusterConfig {
  /** Name of this gateway, different from all others. */
  name: string;
  /** Host at which other gateways reach the workers of this one; undefined where they are remote workers alone. */
  advertisedHost: string | undefined;
  /** Address that its workers bind. */
  listenHost: string;
  /** Port at which other gateways reach this one: its agents, and what it sees; 0: any free port. */
  agentsPort: number;
}

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const LOOPBACK = /^(127\.|localhost$)/;
const HOST = /^[A-Za-z0-9._:-]{1,253}$/;

/**
 * @param facts whether a PostgreSQL, a shared key and remote workers are set
 * @returns undefined for a gateway that shares its cameras with no other
 * @throws SettingsError
 */
export function loadClusterConfig(
  env: Environment,
  facts: { hasPostgres: boolean; hasKey: boolean; hasRemoteWorkers: boolean },
): ClusterConfig | undefined {
  const name = readText(env, 'GATEWAY_NAME', hostname());
  const advertisedHost = readOptional(env, 'ADVERTISED_HOST');
  const agentsPort = readInteger(env, 'AGENTS_PORT', { fallback: 0, min: 0, max: 65535 });
  const isLoopback = advertisedHost === undefined || LOOPBACK.test(advertisedHost);
  if (!NAME.test(name))
    throw new SettingsError('GATEWAY_NAME', name, '1 to 64 letters, digits, ".", "_" or "-"');
  if (advertisedHost !== undefined && !HOST.test(advertisedHost))
    throw new SettingsError('ADVERTISED_HOST', advertisedHost, 'a host name or an address, without a port');
  if (advertisedHost !== undefined && !facts.hasPostgres)
    throw new SettingsError('ADVERTISED_HOST', advertisedHost, 'unset without DATABASE_URL=postgres://...');
  if (advertisedHost !== undefined && !facts.hasKey)
    throw new SettingsError('SECRET_KEY', '', 'set where ADVERTISED_HOST is, the same for all gateways');
  const isShared = advertisedHost !== undefined || facts.hasRemoteWorkers;
  return facts.hasPostgres && isShared
    ? { name, advertisedHost, listenHost: isLoopback ? '127.0.0.1' : '0.0.0.0', agentsPort }
    : undefined;
}
