/** Device metadata of a MediaMTX path. */
import type { DeviceMetadata } from '#shared/contract/device.ts';
import type { DeviceRow } from '../../store/database.ts';
import { readMetadata, withoutSignal, writeMetadata } from '../device-metadata.ts';
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

/** One complete reading of a server. */
export interface MediamtxSnapshot {
  /** Name of the server: paths of two servers may have the same name. */
  server: string;
  paths: readonly MediamtxPath[];
  /** Names of paths that exist but were not readable. */
  skippedNames: readonly string[];
  /** Whether an absent name is really gone. */
  isStable: boolean;
  /** Unix milliseconds. */
  seenAt: number;
  /** Base of WHEP addresses; null when WebRTC is off. */
  whepBase: string | null;
  /** Whether a path is pulled only while a reader watches it; undefined if not known. */
  isOnDemand(path: MediamtxPath): boolean | undefined;
  /** The registry camera that a path was made for. */
  cameraOf(name: string): string | undefined;
}

type State = 'live' | 'offline-slate' | 'on-demand' | 'no-signal' | 'waiting';

/** Device key of a path, stable across reconnects. */
function mediamtxKey(server: string, name: string): string {
  return `${server}:${name}`;
}

/** Rows to write after a reading. @param known the server's rows so far, by key */
export function mediamtxRecords(
  snapshot: MediamtxSnapshot,
  known: ReadonlyMap<string, DeviceRow>,
): DeviceRecord[] {
  const { server, paths, skippedNames, isStable } = snapshot;
  const isKnown = (path: MediamtxPath): boolean => known.has(mediamtxKey(server, path.name));
  const names = [...paths.map(({ name }) => name), ...skippedNames];
  const present = new Set(names.map((name) => mediamtxKey(server, name)));
  const gone = [...known.values()].filter(({ device_key }) => isStable && !present.has(device_key));
  return [
    ...paths
      .filter((path) => !isGhost(path) || isKnown(path))
      .map((path) => seenRecord(path, snapshot, known.get(mediamtxKey(server, path.name)))),
    ...gone
      .filter(isNews)
      .map((row) => ({ ...row, device_metadata: withoutSignal(row.device_metadata, 'gone') })),
  ];
}

function isNews({ device_metadata }: DeviceRow): boolean {
  return readMetadata(device_metadata).state !== 'gone';
}

function seenRecord(
  path: MediamtxPath,
  snapshot: MediamtxSnapshot,
  row: DeviceRow | undefined,
): DeviceRecord {
  return {
    device_key: mediamtxKey(snapshot.server, path.name),
    device_type: 'camera',
    source: snapshot.server,
    last_seen: snapshot.seenAt,
    is_active: 1,
    device_metadata: writeMetadata(metadataOf(path, snapshot, row)),
  };
}

function metadataOf(
  path: MediamtxPath,
  snapshot: MediamtxSnapshot,
  row: DeviceRow | undefined,
): DeviceMetadata {
  const before = readMetadata(row?.device_metadata);
  const isOnDemand = snapshot.isOnDemand(path);
  const state = stateOf(path, isOnDemand === true);
  const told = tracksOf(path);
  // An idle on-demand path is not broken: what it carried is still worth knowing.
  const tracks = state === 'on-demand' && told.length === 0 ? (before.tracks ?? []) : told;
  const { width, height } = sizeOf(path) ?? {};
  return {
    ...path,
    ready: isReady(path),
    source_ready: isSourceReady(path),
    tracks,
    readers: path.readers ?? [],
    reader_count: path.readers?.length ?? 0,
    whep_url: whepUrl(snapshot.whepBase, path, tracks),
    state,
    on_demand: isOnDemand ?? null,
    ready_since: readySince(path),
    width: width ?? null,
    height: height ?? null,
    ...traffic(path, before, snapshot.seenAt - (row?.last_seen ?? snapshot.seenAt)),
    server: snapshot.server,
    camera_id: snapshot.cameraOf(path.name) ?? null,
  };
}

function stateOf(path: MediamtxPath, isOnDemand: boolean): State {
  if (isReady(path)) return isSourceReady(path) ? 'live' : 'offline-slate';
  if (!hasSource(path.source)) return 'waiting';
  return isOnDemand ? 'on-demand' : 'no-signal';
}

/** Bit rates from counters, which restart at 0 with each stream. @param elapsedMs since the last reading */
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
