/** What a person sees first: where the gateway is, how to get in, how it stands. */
import { readFileSync } from 'node:fs';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { formatHost } from '#shared/contract/source/address.ts';
import type { GatewayConfig } from '../config/config.ts';
import type { GatewayFacts } from './facts.ts';

export interface BannerOptions {
  config: Pick<GatewayConfig, 'host' | 'auth'>;
  port: number;
  facts: GatewayFacts;
  /** Default: those of this machine. */
  interfaces?: NodeJS.Dict<NetworkInterfaceInfo[]>;
}

const ANY_ADDRESS = ['0.0.0.0', '::'];
const LOOPBACK = /^(localhost|127\.|::1$)/;

/** The lines, with a QR code of the address that a phone can open. */
export async function bannerLines(options: BannerOptions): Promise<string[]> {
  const { facts, port } = options;
  const local = `http://localhost:${port}`;
  const links = linksOf(options);
  const { name, version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { name: string; version: string };
  const rows = [
    ['Local', local],
    ...links.map((link) => ['Network', link]),
    ['Cameras', camerasOf(facts)],
    ['Reasoning', facts.canReason ? 'configured' : 'not configured; add a provider on the page Settings'],
    ['API', `${links[0] === undefined ? local : new URL(links[0]).origin}/docs`],
  ] as const;
  const code = links[0] === undefined ? [] : await qrLines(links[0]);
  return [
    '',
    `  ${name} ${version}`,
    '',
    ...rows.map(([label = '', text]) => `  ${label.padEnd(11)}${text}`),
    ...code,
    '',
  ];
}

/** Addresses from elsewhere, each with the sign-in link. */
function linksOf({ config, port, facts, interfaces = networkInterfaces() }: BannerOptions): string[] {
  const { auth, host } = config;
  const publicHost = auth.isPublic ? auth.allowedHosts.find((name) => !name.startsWith('*.')) : undefined;
  const origins =
    publicHost === undefined
      ? addressesOf(host, interfaces).map((address) => `http://${address}:${port}`)
      : [`https://${publicHost}`];
  return origins.map((origin) => `${origin}${signInPath(facts)}`);
}

function addressesOf(host: string, interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): string[] {
  if (!ANY_ADDRESS.includes(host)) return LOOPBACK.test(host) ? [] : [formatHost(host)];
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}

/** A token that a person chose is theirs to type. */
function signInPath({ signIn }: GatewayFacts): string {
  if (signIn === 'off') return '';
  return signIn === 'chosen' ? '/signin' : `/signin#token=${signIn.token}`;
}

function camerasOf({ cameras, isDemo }: GatewayFacts): string {
  if (isDemo) return 'simulated ones, until you add your own';
  return cameras === 0 ? 'none yet; add one on the page Cameras' : `${cameras} stored`;
}

/** Loaded when needed: most starts have no terminal. */
async function qrLines(text: string): Promise<string[]> {
  const { renderUnicodeCompact } = await import('uqr');
  return [
    '',
    ...renderUnicodeCompact(text, { ecc: 'L' })
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}
