/** Answers `POST /api/cameras/discover`: the ONVIF cameras of the networks that this worker is in. */
import { isIP } from 'node:net';
import type { DiscoveredCamera } from '#shared/contract/probe.ts';
import {
  type DeviceAnnouncement,
  type DiscoveryPath,
  discoverDevices,
  discoveryPaths,
} from '../onvif/ws-discovery.ts';
import { type AddressGuard, resolveChecked } from '../source/resolve.ts';
import { vendorOf } from './vendors.ts';

const TIME_MS = 3000;
const MAX_CAMERAS = 512;
const MAX_TEXT = 64;
const MAX_PATH = 256;

/** How one search is made. */
export interface DiscoverOptions {
  guard: AddressGuard;
  signal: AbortSignal;
  /** Default: every network of this machine. */
  paths?: readonly DiscoveryPath[];
  timeMs?: number;
}

/** Cameras that answered, each once, in order of their addresses. */
export async function discoverCameras({
  guard,
  signal,
  paths = discoveryPaths(),
  timeMs = TIME_MS,
}: DiscoverOptions): Promise<DiscoveredCamera[]> {
  const time = AbortSignal.any([signal, AbortSignal.timeout(timeMs)]);
  const announcements = await discoverDevices(paths, time);
  const cameras = new Map<string, DiscoveredCamera>();
  for (const announcement of announcements) {
    const url = await allowedUrl(announcement, guard);
    if (url === undefined || cameras.size >= MAX_CAMERAS) continue;
    const camera = cameraAt(url, announcement);
    if (!cameras.has(camera.ip)) cameras.set(camera.ip, camera);
  }
  const byNumber = new Intl.Collator('en', { numeric: true }).compare;
  return [...cameras.values()].sort((a, b) => byNumber(a.ip, b.ip));
}

/** The address that the answer came from is preferred; one that may not be dialled as a camera is none. */
async function allowedUrl({ urls, from }: DeviceAnnouncement, guard: AddressGuard): Promise<URL | undefined> {
  const parsed = urls.flatMap((text) => (URL.canParse(text) ? [new URL(text)] : [])).filter(isService);
  const ordered = parsed.toSorted((a, b) => Number(hostOf(b) === from) - Number(hostOf(a) === from));
  for (const url of ordered) {
    const isAllowed = await resolveChecked(hostOf(url), portOf(url), guard).then(
      () => true,
      () => false,
    );
    if (isAllowed) return url;
  }
  return undefined;
}

/** A name would be resolved for each answer of a hostile device. */
function isService(url: URL): boolean {
  const isPlain = url.username === '' && url.password === '' && url.pathname.length <= MAX_PATH;
  return ['http:', 'https:'].includes(url.protocol) && isIP(hostOf(url)) !== 0 && isPlain;
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function cameraAt(url: URL, { scopes }: DeviceAnnouncement): DiscoveredCamera {
  const [told, model] = [scopeOf(scopes, 'name'), scopeOf(scopes, 'hardware')];
  const maker = scopeOf(scopes, 'manufacturer') || (vendorOf([told, model])?.name ?? '');
  const ip = hostOf(url);
  return {
    ip,
    name: told || model || ip,
    vendor: maker,
    model,
    onvifUrl: `${url.origin}${url.pathname}`,
  };
}

/** ONVIF Core Specification, section 7.3.3.2. */
function scopeOf(scopes: readonly string[], name: string): string {
  const start = `onvif://www.onvif.org/${name}/`;
  const found = scopes.find((scope) => scope.toLowerCase().startsWith(start)) ?? '';
  return decoded(found.slice(start.length))
    .replace(/[\p{Cc}/_]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
