/** The MediaMTX paths made for cameras of the registry, and how the gateway recognises them. */
import { createHash } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import type { MediamtxPathConfig } from './client.ts';

/** A camera for MediaMTX to carry. */
export interface ManagedCamera {
  id: string;
  /** RTSP address, or WHEP address at a gateway, with credentials, percent-encoded. */
  url: string;
  /** Transport from camera to MediaMTX; `tcp` by default. */
  transport?: 'tcp' | 'udp' | undefined;
}

/** Owner of the paths. */
export interface Ownership {
  /** Prefix of every path of this gateway. */
  prefix: string;
  /** Name of this gateway; another gateway on the same server has another name. */
  owner: string;
}

/** The desired path. */
export interface ManagedPath {
  name: string;
  cameraId: string;
  config: PathSettings;
}

/** Settings that all versions since v1.9 know; unknown ones are refused. */
interface PathSettings {
  source: string;
  rtspTransport?: 'tcp' | 'udp';
  sourceOnDemand: boolean;
  rpiCameraTextOverlay: string;
}

/**
 * The path for a camera. Prefix and camera id share one segment, so no name collides
 * with MediaMTX's routes `whip`, `whep` and `publish`.
 * @throws AppError `invalid-field` for an address that MediaMTX must not get
 */
export function managedPath(
  { id, url, transport = 'tcp' }: ManagedCamera,
  ownership: Ownership,
  isOnDemand: boolean,
): ManagedPath {
  // Other source kinds run programs or read files on that host.
  const [, scheme] = /^(rtsp|whep)s?:\/\//i.exec(url) ?? [];
  if (scheme === undefined || !URL.canParse(url) || new URL(url).hostname === '') {
    throw new AppError('invalid-field', `Camera ${id} has no RTSP address`, { field: 'url' });
  }
  const isRtsp = scheme.toLowerCase() === 'rtsp';
  const settings = {
    source: url,
    ...(isRtsp ? { rtspTransport: transport } : {}),
    sourceOnDemand: isOnDemand,
  };
  return {
    name: `${ownership.prefix}${id}`,
    cameraId: id,
    config: { ...settings, rpiCameraTextOverlay: markOf(ownership, settings) },
  };
}

/**
 * The owner mark, in a setting without effect for an RTSP source. It lives and dies with
 * the entry, so ownership needs no memory: an entry without it belongs to another client,
 * even under a name of ours. It also contains a digest of the desired settings, since
 * servers may hide passwords in their answers.
 */
function markOf({ owner }: Ownership, settings: object): string {
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('base64url');
  return `${owner} ${digest}`;
}

/** Whether this gateway made an entry. */
export function isOurs(config: MediamtxPathConfig, { prefix, owner }: Ownership): boolean {
  return config.name.startsWith(prefix) && config.rpiCameraTextOverlay?.startsWith(`${owner} `) === true;
}

/** Whether an entry of ours equals the desired one. */
function isUpToDate(config: MediamtxPathConfig, { config: wanted }: ManagedPath): boolean {
  const isSameAddress =
    config.source === undefined || withoutUser(config.source) === withoutUser(wanted.source);
  return (
    config.rpiCameraTextOverlay === wanted.rpiCameraTextOverlay &&
    isSameAddress &&
    (config.sourceOnDemand ?? wanted.sourceOnDemand) === wanted.sourceOnDemand
  );
}

function withoutUser(url: string): string {
  return url.replace(/^([a-z0-9+.-]+:\/\/).*@/i, '$1');
}

/** Changes to make on a server. */
export interface ManagedPlan {
  replace: ManagedPath[];
  /** Names. */
  remove: string[];
  /** Desired names that are taken by paths of other owners. */
  taken: ManagedPath[];
}

/** Compares desired and actual paths. */
export function planPaths(
  wanted: readonly ManagedPath[],
  present: readonly MediamtxPathConfig[],
  ownership: Ownership,
): ManagedPlan {
  const byName = new Map(present.map((config) => [config.name, config]));
  const wantedNames = new Set(wanted.map(({ name }) => name));
  const isTaken = ({ name }: ManagedPath): boolean => {
    const config = byName.get(name);
    return config !== undefined && !isOurs(config, ownership);
  };
  return {
    replace: wanted.filter((path) => {
      const config = byName.get(path.name);
      return !isTaken(path) && (config === undefined || !isUpToDate(config, path));
    }),
    remove: present
      .filter((config) => isOurs(config, ownership) && !wantedNames.has(config.name))
      .map(({ name }) => name),
    taken: wanted.filter(isTaken),
  };
}
