/** Keeps the gateway's own cameras among the devices. */

import type { Clock } from '#shared/clock.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { type JobReport, JobState } from '../jobs/job-state.ts';
import type { DeviceRow } from '../store/database.ts';
import { withoutSignal, writeMetadata } from './device-metadata.ts';
import type { DeviceRecord, DeviceRepository } from './device-repository.ts';

/** The current state of one camera. */
export interface GatewayCamera {
  id: string;
  name: string;
  location: string;
  /** Whether a frame came within the last seconds. */
  connected: boolean;
  /** `H264` and the like; undefined until known. */
  codec?: string | undefined;
  width?: number | undefined;
  height?: number | undefined;
  /** Viewers by output. */
  viewers?: number | undefined;
  enabled?: boolean | undefined;
  isDemo?: boolean | undefined;
  /** Why it is not connected: a stable code. */
  reason?: string | undefined;
  /** Where it is watched, if not here. */
  whepUrl?: string | undefined;
}

/** The gateway's cameras. */
export interface GatewayCameras {
  /** @param isFresh whether the workers are to be asked how cameras are; else what they said last will do */
  list(isFresh: boolean): Promise<GatewayCamera[]>;
  /** Calls `listener` when cameras come, go or change. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void;
}

export interface GatewayDevicesOptions {
  cameras: GatewayCameras;
  repository: Pick<DeviceRepository, 'reconcile'>;
  clock: Clock;
  log: Logger;
  everyMs?: number;
  /** Where an audience watches a camera in place of this gateway; undefined: here. */
  whepUrlOf?: (cameraId: string) => string | undefined;
}

/** Source of these devices. */
const GATEWAY_SOURCE = 'gateway';
/** Labels of codecs as MediaMTX writes them, so that clients know one spelling. */
const TRACK_LABELS: Record<string, string> = { h264: 'H264', hevc: 'H265', mjpeg: 'M-JPEG' };
const EVERY_MS = 10_000;
/** An unchanged row is written again after this time, so that it does not age. */
const REFRESH_MS = 60_000;
/** A running gateway never leaves a row unwritten for this long. */
const ABANDONED_MS = 150_000;

/** Runs from start to close. */
export class GatewayDevices {
  readonly #options: GatewayDevicesOptions;
  readonly #state: JobState;
  readonly #job: PeriodicJob;
  /** Rows written by this gateway: another one on the same database may have other cameras. */
  readonly #told = new Set<string>();
  #endListening: () => void = () => {};
  /** A change of cameras asked for the run. */
  #isChange = false;

  constructor(options: GatewayDevicesOptions) {
    const { clock, log, everyMs = EVERY_MS } = options;
    this.#options = options;
    this.#state = new JobState('the list of own devices', clock, log);
    this.#job = new PeriodicJob({
      run: () => this.#store(),
      onError: (error) => this.#state.fail(error),
      everyMs,
      clock,
    });
  }

  start(): void {
    this.#endListening = this.#options.cameras.onChange(() => this.refresh());
    this.#job.start();
  }

  /** Writes what changed now, not at the next interval. */
  refresh(): void {
    this.#isChange = true;
    this.#job.runNow();
  }

  async close(): Promise<void> {
    this.#endListening();
    await this.#job.close();
  }

  report(): JobReport {
    return this.#state.report();
  }

  async #store(): Promise<void> {
    const { cameras, repository, clock } = this.#options;
    const isFresh = !this.#isChange;
    this.#isChange = false;
    const { whepUrlOf } = this.#options;
    const present = (await cameras.list(isFresh)).map((camera) => ({
      ...camera,
      whepUrl: whepUrlOf?.(camera.id),
    }));
    const now = clock.now();
    await repository.reconcile(GATEWAY_SOURCE, now, (known) =>
      gatewayRecords(present, known, {
        now,
        isOurs: (row) => this.#told.has(row.device_key) || now - row.last_seen > ABANDONED_MS,
      }),
    );
    for (const { id } of present) this.#told.add(keyOf(id));
    this.#state.succeed();
  }
}

function gatewayRecords(
  cameras: readonly GatewayCamera[],
  known: ReadonlyMap<string, DeviceRow>,
  { now, isOurs }: { now: number; isOurs: (row: DeviceRow) => boolean },
): DeviceRecord[] {
  const seen = cameras.map((camera) => toRecord(camera, now));
  const keys = new Set(seen.map(({ device_key }) => device_key));
  const gone = [...known.values()]
    .filter((row) => !keys.has(row.device_key) && isOurs(row))
    .map((row) => ({ ...row, device_metadata: withoutSignal(row.device_metadata, 'gone') }));
  return [
    ...seen.filter((record) => isNews(record, known.get(record.device_key))),
    ...gone.filter((record) => record.device_metadata !== known.get(record.device_key)?.device_metadata),
  ];
}

function isNews(record: DeviceRecord, row: DeviceRow | undefined): boolean {
  if (row === undefined || row.is_active === 0) return true;
  return row.device_metadata !== record.device_metadata || record.last_seen - row.last_seen >= REFRESH_MS;
}

function keyOf(cameraId: string): string {
  return `${GATEWAY_SOURCE}:${cameraId}`;
}

function toRecord(camera: GatewayCamera, now: number): DeviceRecord {
  return {
    device_key: keyOf(camera.id),
    device_type: 'camera',
    source: GATEWAY_SOURCE,
    last_seen: now,
    is_active: 1,
    device_metadata: writeMetadata({
      name: camera.name,
      location: camera.location,
      camera_id: camera.id,
      ready: camera.connected,
      source_ready: camera.connected,
      state: camera.connected ? 'live' : 'no-signal',
      tracks: camera.codec === undefined ? [] : [TRACK_LABELS[camera.codec] ?? camera.codec],
      readers: [],
      reader_count: camera.viewers ?? 0,
      width: camera.width ?? null,
      height: camera.height ?? null,
      enabled: camera.enabled ?? true,
      is_demo: camera.isDemo ?? false,
      reason: camera.reason ?? null,
      // Made absolute per client: only its request shows by which address it reaches the gateway.
      whep_url: camera.whepUrl ?? `/whep/${encodeURIComponent(camera.id)}`,
    }),
  };
}
