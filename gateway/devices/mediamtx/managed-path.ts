/** The paths that we make on a MediaMTX server for cameras of the registry, and how we know them again. */
import { createHash } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import type { MediamtxPathConfig } from './client.ts';

/** A camera that MediaMTX shall carry. */
export interface ManagedCamera {
  id: string;
  /** RTSP address with credentials, percent-encoded. */
  url: string;
  /** How MediaMTX asks the camera for its packets; `tcp` by default. */
  transport?: 'tcp' | 'udp' | undefined;
}

/** Whose paths they are. */
export interface Ownership {
  /** Every path of ours begins with it. */
  prefix: string;
  /** Who we are: another gateway on the same server has another name. */
  owner: string;
}

/** A path as it shall be. */
export interface ManagedPath {
  name: string;
  cameraId: string;
  config: PathSettings;
}

/** Settings that all versions since v1.9 know: an unknown one would be refused. */
interface PathSettings {
  source: string;
  rtspTransport: 'tcp' | 'udp';
  sourceOnDemand: boolean;
  rpiCameraTextOverlay: string;
}

/**
 * The path for a camera. With the prefix and the camera id in one segment no name can
 * collide with the routes `whip`, `whep` and `publish` of MediaMTX.
 * @throws AppError `invalid-field` when the address is none that MediaMTX may be sent
 */
export function managedPath(
  { id, url, transport = 'tcp' }: ManagedCamera,
  ownership: Ownership,
  isOnDemand: boolean,
): ManagedPath {
  // Other kinds of source run programs or read files on that host.
  if (!/^rtsps?:\/\//i.test(url) || !URL.canParse(url) || new URL(url).hostname === '') {
    throw new AppError('invalid-field', `Camera ${id} has no RTSP address`, { field: 'url' });
  }
  const settings = { source: url, rtspTransport: transport, sourceOnDemand: isOnDemand };
  return {
    name: `${ownership.prefix}${id}`,
    cameraId: id,
    config: { ...settings, rpiCameraTextOverlay: markOf(ownership, settings) },
  };
}

/**
 * Our mark, in a setting that means nothing for an RTSP source. It lives and dies with the
 * entry, so that ownership needs no memory: an entry without it was made by somebody else,
 * even under a name of ours. It also tells what the entry was made of, since servers may
 * hide passwords in what they show.
 */
function markOf({ owner }: Ownership, settings: object): string {
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('base64url');
  return `${owner} ${digest}`;
}

/** Whether an entry was made by us. */
export function isOurs(config: MediamtxPathConfig, { prefix, owner }: Ownership): boolean {
  return config.name.startsWith(prefix) && config.rpiCameraTextOverlay?.startsWith(`${owner} `) === true;
}

/** Whether an entry of ours is as it shall be. */
export function isUpToDate(config: MediamtxPathConfig, { config: wanted }: ManagedPath): boolean {
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

/** What is to be done on a server. */
export interface ManagedPlan {
  replace: ManagedPath[];
  /** Names. */
  remove: string[];
  /** Wanted, but the name is taken by a path that is not ours. */
  taken: ManagedPath[];
}

/** Compares what is wanted with the settings of a server. */
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
