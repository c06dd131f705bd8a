/** Settings of a login by a trusted proxy. */
import { isNetwork } from '#shared/address-policy.ts';
import { type Environment, readChoice, readOptional, readText, SettingsError } from '#shared/settings.ts';

/** A proxy before the gateway that signs people in (Authelia, oauth2-proxy, Cloudflare Access). */
export interface AuthProxyConfig {
  /** Header with the name of the person, in lower case. */
  header: string;
  /** Networks from which the header is believed. */
  networks: readonly string[];
  /** Header that may name the role, among other words; undefined: there is none. */
  roleHeader: string | undefined;
  /** Role of people for whom that header names none. */
  role: 'viewer' | 'operator' | 'admin';
}

const HEADER_NAME = /^[a-z0-9-]+$/;
/** Headers that clients send by themselves. */
const NOT_OF_PROXIES = ['authorization', 'cookie', 'host', 'origin', 'user-agent', 'accept', 'referer'];

/** Reads the environment. @throws SettingsError */
export function readAuthProxy(env: Environment): AuthProxyConfig | undefined {
  const header = checkedName('AUTH_PROXY_HEADER', readOptional(env, 'AUTH_PROXY_HEADER'));
  const roleHeader = checkedName('AUTH_PROXY_ROLE_HEADER', readOptional(env, 'AUTH_PROXY_ROLE_HEADER'));
  const choices = ['viewer', 'operator', 'admin'] as const;
  const role = readChoice(env, 'AUTH_PROXY_ROLE', { fallback: 'viewer', choices });
  const text = readText(env, 'AUTH_PROXY_CIDRS', '');
  const networks = text.split(/[,\s]+/).filter((network) => network !== '');
  if (networks.some((network) => !isNetwork(network)))
    throw new SettingsError('AUTH_PROXY_CIDRS', text, 'networks like 172.18.0.0/16, separated by commas');
  if (header === undefined) return undefined;
  if (networks.length === 0)
    throw new SettingsError(
      'AUTH_PROXY_CIDRS',
      text,
      'the networks of the proxy that sets AUTH_PROXY_HEADER',
    );
  return { header, networks, roleHeader, role };
}

function checkedName(setting: string, name: string | undefined): string | undefined {
  const lower = name?.toLowerCase();
  if (lower === undefined) return undefined;
  if (!HEADER_NAME.test(lower) || NOT_OF_PROXIES.includes(lower))
    throw new SettingsError(setting, name as string, 'the name of a header that only the proxy sets');
  return lower;
}
