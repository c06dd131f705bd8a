/** Which addresses may be dialled as cameras: clients name them, and this host may reach what clients must not. */
import { BlockList, isIP } from 'node:net';
import { AppError } from './errors.ts';

/** Ports from `first` to `last`, both included. */
export interface PortRange {
  first: number;
  last: number;
}

/** What this installation allows. */
export interface AddressPolicy {
  /** On a public host private networks belong to the host's owner, not to its users. */
  isPublic: boolean;
  /** Allows cameras on the gateway's own machine. */
  allowsLoopback: boolean;
  /** Networks in CIDR notation that are allowed on a public host too. */
  allowedNetworks: readonly string[];
  /** Further ports. */
  allowedPorts: readonly PortRange[];
  /** Ports of this installation. */
  ownPorts: readonly number[];
}

/** Kinds of networks that are not public. */
type AddressKind = 'denied' | 'loopback' | 'private' | 'public';

/** Reserved or tunnelled: IANA special-purpose address registries (RFC 6890), RFC 6052, 3056, 4380. */
const DENIED = blockList([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.88.99.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Metadata services of clouds outside link-local.
  '100.100.100.200/32',
  '168.63.129.16/32',
  'fd00:ec2::/32',
  'fd20:ce::/32',
  '::/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2002::/16',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]);
const LOOPBACK = blockList(['127.0.0.0/8', '::1/128']);
/** RFC 1918, 6598 (carrier-grade NAT), 2544, 4193. */
const PRIVATE = blockList([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
  'fc00::/7',
]);
/** Deprecated or translated forms of IPv4 addresses: RFC 4291 section 2.5.5.1, RFC 2765. */
const EMBEDDED_IPV4 = blockList(['::/96', '::ffff:0:0:0/96']);

/** Usual camera ports below 1024. */
const USUAL_PORTS = [80, 81, 88, 322, 443, 554];
const FIRST_FREE_PORT = 1024;
/** Docker, databases, Elasticsearch, Kubernetes, memcached: never cameras, and harmed by foreign bytes. */
const DENIED_PORTS = [2375, 2379, 3306, 5432, 6379, 9200, 10250, 11211, 27017];

/**
 * Refuses without name resolution: the port, and a literal address.
 * @throws AppError `camera-address-denied`
 */
export function checkLiteral(host: string, port: number, policy: AddressPolicy): void {
  checkPort(port, policy);
  if (isIP(host) !== 0) checkAddress(host, port, policy);
  else if (endsInNumber(host)) throw denied(`${host} is an unusual way to write an address`);
}

/**
 * Checks an address that is about to be dialled.
 * @param own addresses of this machine's interfaces
 * @throws AppError `camera-address-denied`
 */
export function checkAddress(
  address: string,
  port: number,
  policy: AddressPolicy,
  own: readonly string[] = [],
): void {
  const isOurs = isLoopback(address) || has(blockList(own), address);
  // A firewall before this machine hides what listens on its addresses, not on loopback alone.
  if (isOurs && !policy.allowsLoopback)
    throw denied('Cameras on this machine itself are not allowed here; see ALLOW_LOOPBACK_CAMERAS');
  const kind = kindOf(address);
  const isAllowed =
    kind === 'public' ||
    kind === 'loopback' ||
    (kind === 'private' && (!policy.isPublic || has(blockList(policy.allowedNetworks), address)));
  if (!isAllowed) throw denied('Cameras at this kind of address are not allowed here');
  if (isOurs && policy.ownPorts.includes(port)) throw denied('This is the gateway itself, not a camera');
}

/** Whether text is an address that a client elsewhere may have: no loopback, link-local, multicast or reserved one. */
export function isRemoteAddress(text: string): boolean {
  return isIP(text) !== 0 && ['public', 'private'].includes(kindOf(text));
}

/** Whether text is a loopback address, IPv4-mapped IPv6 included. */
export function isLoopback(text: string): boolean {
  return isIP(text) !== 0 && has(LOOPBACK, text);
}

/** Creates a test for addresses in these networks (CIDR notation). */
export function inNetworks(networks: readonly string[]): (text: string) => boolean {
  const list = blockList(networks);
  return (text) => isIP(text) !== 0 && has(list, text);
}

/** Whether text is a network in CIDR notation, or a single address. */
export function isNetwork(text: string): boolean {
  const { address, prefix } = parseNetwork(text);
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] as number;
  return Number.isInteger(prefix) && prefix >= 0 && prefix <= bits;
}

function checkPort(port: number, { allowedPorts }: AddressPolicy): void {
  if (allowedPorts.some(({ first, last }) => port >= first && port <= last)) return;
  const isUsual = port >= FIRST_FREE_PORT ? !DENIED_PORTS.includes(port) : USUAL_PORTS.includes(port);
  if (!isUsual) throw denied(`Port ${port} is not one of a camera`);
}

/** Most dangerous first: a later list never overrides an earlier one. */
function kindOf(address: string): AddressKind {
  if (isLoopback(address)) return 'loopback';
  if (has(DENIED, address) || has(EMBEDDED_IPV4, address)) return 'denied';
  return has(PRIVATE, address) ? 'private' : 'public';
}

/** Whether a resolver might read it as a number: `2130706433`, `0x7f.1`, `127.1` (inet_aton(3)). */
function endsInNumber(host: string): boolean {
  const last = host.replace(/\.$/, '').split('.').at(-1) ?? '';
  return /^(?:\d+|0x[0-9a-f]*)$/i.test(last);
}

function denied(message: string): AppError {
  return new AppError('camera-address-denied', message);
}

function has(list: BlockList, address: string): boolean {
  // An IPv4-mapped address (::ffff:a9fe:a9fe) is found by its IPv4 rule.
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const { address, prefix } = parseNetwork(network);
    list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

function parseNetwork(text: string): { address: string; prefix: number } {
  const [address = '', bits, ...rest] = text.split('/');
  const whole = isIP(address) === 6 ? 128 : 32;
  const given = bits !== undefined && /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  return { address, prefix: rest.length > 0 ? Number.NaN : bits === undefined ? whole : given };
}
