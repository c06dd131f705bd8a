/** What is stored of a MediaMTX path: everything it told, and what follows from it. */
import type { DeviceRow } from '../../store/database.ts';
import { type DeviceMetadata, readMetadata, withoutSignal, writeMetadata } from '../device-metadata.ts';
import type { DeviceRecord } from '../device-repository.ts';
import {
  bytesOf,
  hasSource,
  isGhost,
  isReady,
  isSourceReady,
  type MediamtxPath,
  readySince,
  sizeOf,
  tracksOf,
} from './path.ts';
import { whepUrl } from './whep-url.ts';

/** What one complete look at a server gave. */
export interface MediamtxSight {
  /** Name of the server: paths of two servers may be called the same. */
  server: string;
  paths: readonly MediamtxPath[];
  /** Names of paths that are there but could not be read. */
  skippedNames: readonly string[];
  /** Whether a name that is absent is really gone. */
  isStable: boolean;
  /** Unix milliseconds. */
  seenAt: number;
  /** Base of WHEP addresses; null when WebRTC is off. */
  whepBase: string | null;
  /** Whether a path is pulled only while somebody watches; undefined where that is not known. */
  isOnDemand(path: MediamtxPath): boolean | undefined;
  /** The camera of our registry that a path was made for. */
  cameraOf(name: string): string | undefined;
}

type State = 'live' | 'offline-slate' | 'on-demand' | 'no-signal' | 'waiting';

/** The key of a path's device: the same whenever it comes back. */
export function mediamtxKey(server: string, name: string): string {
  return `${server}:${name}`;
}

/** The rows to write after a look at a server. @param known its rows so far, by key */
export function mediamtxRecords(sight: MediamtxSight, known: ReadonlyMap<string, DeviceRow>): DeviceRecord[] {
  const { server, paths, skippedNames, isStable } = sight;
  const isKnown = (path: MediamtxPath): boolean => known.has(mediamtxKey(server, path.name));
  const names = [...paths.map(({ name }) => name), ...skippedNames];
  const present = new Set(names.map((name) => mediamtxKey(server, name)));
  const gone = [...known.values()].filter(({ device_key }) => isStable && !present.has(device_key));
  return [
    ...paths
      .filter((path) => !isGhost(path) || isKnown(path))
      .map((path) => seenRecord(path, sight, known.get(mediamtxKey(server, path.name)))),
    ...gone
      .filter(isNews)
      .map((row) => ({ ...row, device_metadata: withoutSignal(row.device_metadata, 'gone') })),
  ];
}

function isNews({ device_metadata }: DeviceRow): boolean {
  return readMetadata(device_metadata).state !== 'gone';
}

function seenRecord(path: MediamtxPath, sight: MediamtxSight, row: DeviceRow | undefined): DeviceRecord {
  return {
    device_key: mediamtxKey(sight.server, path.name),
    device_type: 'camera',
    source: sight.server,
    last_seen: sight.seenAt,
    is_active: 1,
    device_metadata: writeMetadata(metadataOf(path, sight, row)),
  };
}

function metadataOf(path: MediamtxPath, sight: MediamtxSight, row: DeviceRow | undefined): DeviceMetadata {
  const before = readMetadata(row?.device_metadata);
  const isOnDemand = sight.isOnDemand(path);
  const state = stateOf(path, isOnDemand === true);
  const told = tracksOf(path);
  // Nothing is wrong with a camera that rests, so what it carries is still worth knowing.
  const tracks = state === 'on-demand' && told.length === 0 ? (before.tracks ?? []) : told;
  const { width, height } = sizeOf(path) ?? {};
  return {
    ...path,
    ready: isReady(path),
    source_ready: isSourceReady(path),
    tracks,
    readers: path.readers ?? [],
    reader_count: path.readers?.length ?? 0,
    whep_url: whepUrl(sight.whepBase, path, tracks),
    state,
    on_demand: isOnDemand ?? null,
    ready_since: readySince(path),
    width: width ?? null,
    height: height ?? null,
    ...traffic(path, before, sight.seenAt - (row?.last_seen ?? sight.seenAt)),
    server: sight.server,
    camera_id: sight.cameraOf(path.name) ?? null,
  };
}

function stateOf(path: MediamtxPath, isOnDemand: boolean): State {
  if (isReady(path)) return isSourceReady(path) ? 'live' : 'offline-slate';
  if (!hasSource(path.source)) return 'waiting';
  return isOnDemand ? 'on-demand' : 'no-signal';
}

/** Counters begin at 0 with each new stream: one that fell tells no rate. @param elapsedMs since the last look */
function traffic(path: MediamtxPath, before: Partial<DeviceMetadata>, elapsedMs: number): object {
  const now = bytesOf(path);
  const rate = (value: number, earlier: unknown): number | null =>
    typeof earlier === 'number' && value >= earlier && elapsedMs > 0
      ? Math.round(((value - earlier) * 8000) / elapsedMs)
      : null;
  return {
    bytes_in: now.in,
    bytes_out: now.out,
    bits_per_second_in: rate(now.in, before.bytes_in),
    bits_per_second_out: rate(now.out, before.bytes_out),
  };
}
