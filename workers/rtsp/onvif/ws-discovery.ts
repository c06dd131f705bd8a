/**
 * Finds ONVIF devices of the networks that this machine is in (WS-Discovery 2005/04, ONVIF Core Specification
 * section 7). The library asks by one interface only, and takes answers of any size.
 */
import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { parseSoap } from './onvif-library.ts';

/** What a device tells of itself, unchecked. */
export interface DeviceAnnouncement {
  /** Address that the answer came from. */
  from: string;
  /** Its service, at several addresses where it has them. */
  urls: string[];
  /** `onvif://www.onvif.org/name/Front%20door` and others. */
  scopes: string[];
}

/** Where a question is sent from and to. */
export interface DiscoveryPath {
  family: 'udp4' | 'udp6';
  /** Address to send from; for IPv6 the interface (`::%eth0`). */
  via: string;
  group: string;
  port: number;
}

const PORT = 3702;
const GROUP = { udp4: '239.255.255.250', udp6: 'ff02::c' };
/** Devices answer one of them, or both. */
const TYPES = [
  'xmlns:dn="http://www.onvif.org/ver10/network/wsdl">dn:NetworkVideoTransmitter',
  'xmlns:dn="http://www.onvif.org/ver10/device/wsdl">dn:Device',
];
/** Datagrams are lost: each question is sent again. */
const REPEAT_MS = 400;
/** Interfaces beyond it belong to containers and tunnels. */
const MAX_PATHS = 32;
/** Answers that are read, of all devices and of one. */
const MAX_ANSWERS = 2000;
const MAX_ANSWERS_EACH = 16;
const MAX_MATCHES = 16;
const MAX_ITEMS = 32;
const MAX_TEXT = 512;

/** One path for each IPv4 address and each IPv6 link of this machine, but not to itself. */
export function discoveryPaths(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): DiscoveryPath[] {
  const paths = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ internal, family, address }) => !internal && (family === 'IPv4' || /^fe80:/i.test(address)))
      .map(({ family, address }): DiscoveryPath => {
        if (family === 'IPv4') return { family: 'udp4', via: address, group: GROUP.udp4, port: PORT };
        return { family: 'udp6', via: `::%${name}`, group: `${GROUP.udp6}%${name}`, port: PORT };
      }),
  );
  return paths.slice(0, MAX_PATHS);
}

/** Asks on every path and gathers answers until `signal` aborts. A path that cannot be used is passed over. */
export async function discoverDevices(
  paths: readonly DiscoveryPath[],
  signal: AbortSignal,
): Promise<DeviceAnnouncement[]> {
  const found: DeviceAnnouncement[] = [];
  const reading: Promise<void>[] = [];
  const counts = new Map<string, number>();
  const onMessage = (message: Buffer, from: string): void => {
    const count = (counts.get(from) ?? 0) + 1;
    if (reading.length >= MAX_ANSWERS || count > MAX_ANSWERS_EACH) return;
    counts.set(from, count);
    // What is no answer to us, or no XML, says nothing.
    reading.push(
      announcementsIn(message.toString('utf8'), from).then(
        (announcements) => void found.push(...announcements),
        () => {},
      ),
    );
  };
  await Promise.all(paths.map((path) => ask(path, onMessage, signal).catch(() => {})));
  await Promise.all(reading);
  return found;
}

async function ask(
  { family, via, group, port }: DiscoveryPath,
  onMessage: (message: Buffer, from: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const socket = createSocket(family);
  const failed = once(socket, 'error', { signal }).then(
    () => {},
    () => {},
  );
  socket.on('message', (message, { address }) => onMessage(message, address));
  socket.bind({ port: 0, ...(family === 'udp4' && { address: via }) });
  const repeat = setTimeout(() => sendQuestions(socket, group, port), REPEAT_MS);
  try {
    await once(socket, 'listening', { signal });
    socket.setMulticastInterface(via);
    sendQuestions(socket, group, port);
    await failed;
  } finally {
    clearTimeout(repeat);
    socket.close();
  }
}

function sendQuestions(socket: Socket, group: string, port: number): void {
  // A network that is down makes it fail; the others go on.
  for (const types of TYPES) socket.send(question(types), port, group, () => {});
}

function question(types: string): string {
  const addressing = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
  const discovery = 'http://schemas.xmlsoap.org/ws/2005/04/discovery';
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="${addressing}"><s:Header><a:Action s:mustUnderstand="1">${discovery}/Probe</a:Action><a:MessageID>urn:uuid:${randomUUID()}</a:MessageID><a:ReplyTo><a:Address>${addressing}/role/anonymous</a:Address></a:ReplyTo><a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><Probe xmlns="${discovery}"><Types ${types}</Types></Probe></s:Body></s:Envelope>`;
}

/** @throws Error for what is no answer */
async function announcementsIn(text: string, from: string): Promise<DeviceAnnouncement[]> {
  const [body] = (await parseSoap(text)) as [Element];
  return childrenOf(body, 'probeMatches')
    .flatMap((matches) => childrenOf(matches, 'probeMatch'))
    .slice(0, MAX_MATCHES)
    .map((match) => ({ from, urls: wordsOf(match, 'XAddrs'), scopes: wordsOf(match, 'scopes') }));
}

/** As the library gives it: text, or children by name. */
type Element = string | { _?: unknown; [name: string]: unknown };

function childrenOf(element: Element | undefined, name: string): Element[] {
  const children = typeof element === 'object' && element !== null ? element[name] : undefined;
  return Array.isArray(children) ? (children as Element[]) : [];
}

function wordsOf(element: Element, name: string): string[] {
  const [first] = childrenOf(element, name);
  const text = typeof first === 'object' ? first._ : first;
  if (typeof text !== 'string') return [];
  const words = text.split(/\s+/).filter((word) => word !== '' && word.length <= MAX_TEXT);
  return words.slice(0, MAX_ITEMS);
}
