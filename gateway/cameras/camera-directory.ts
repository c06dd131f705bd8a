/**
 * The cameras this gateway knows: those of the registry, and above them what
 * clients connected or disconnected for this gateway's life. The enabled ones
 * are what the reconciler makes real.
 */
import { EventEmitter } from 'node:events';
import { type CameraSource, isSameSource } from '#shared/camera-source.ts';
import type { RecordingSettings } from '#shared/contract/recording.ts';
import type { Zone } from '#shared/contract/zone.ts';
import type { AnalysisSettings } from '#shared/detections-settings.ts';
import { AppError } from '#shared/errors.ts';
import type { Redactor } from '#shared/redact.ts';
import { type Labels, NO_LABELS } from '#shared/worker-labels.ts';
import { CameraLimit, differenceOf, runningCameras } from './camera-limit.ts';
import { weightsOf } from './camera-weights.ts';
import { compareIds } from './compare-ids.ts';
import { HeldSecrets } from './held-secrets.ts';

/**
 * `demo`: shipped with the product, gone when a real camera comes. `connected`:
 * at a client's request, for this gateway's life. `registry`: stored.
 */
export type CameraOrigin = 'demo' | 'connected' | 'registry';

/** A desired camera. */
export interface KnownCamera {
  id: string;
  name: string;
  location: string;
  source: CameraSource;
  origin: CameraOrigin;
  /** Name of the agent that reaches it; absent: the gateway itself. */
  agent?: string | undefined;
  /** Only a worker that carries them runs it; absent: any. */
  labels?: Labels | undefined;
  /** A camera that is not enabled is known but not connected. */
  enabled: boolean;
  analysis: AnalysisSettings;
  /** Absent: none. */
  zones?: readonly Zone[] | undefined;
  /** Absent: nothing is recorded. */
  recording?: RecordingSettings | undefined;
  /** Whether CAMERAS_FILE names it, which alone may change it then. */
  isFromFile: boolean;
}

/** What may differ from the usual: an enabled camera without analysis. */
export type CameraChange = Pick<KnownCamera, 'id' | 'name' | 'location' | 'source' | 'agent' | 'labels'> & {
  origin: 'demo' | 'connected';
};

/** Known cameras, in order of their ids. */
export class CameraDirectory {
  readonly #registered = new Map<string, KnownCamera>();
  /** For this gateway's life; undefined: disconnected, even if the registry has it. */
  readonly #session = new Map<string, KnownCamera | undefined>();
  readonly #events = new EventEmitter<{ change: [readonly string[]] }>();
  readonly #limit: CameraLimit;
  readonly #secrets: HeldSecrets;
  #list: readonly KnownCamera[] | undefined;
  #beyond: ReadonlySet<string> | undefined;
  /** When the registry was read last, on the monotonic clock: what changed since is not known here. */
  asOf = Number.NEGATIVE_INFINITY;

  /** @param limit most cameras that run @param redactor knows their passwords @param isShared other gateways run some */
  constructor(limit: number, redactor: Redactor, isShared = false) {
    this.#limit = new CameraLimit(limit, isShared);
    this.#secrets = new HeldSecrets(redactor);
    this.#events.setMaxListeners(0); // Every camera's parts may listen, and each transport.
  }

  /** Whether the registry has been read: until then what is unknown may be stored. */
  get isLoaded(): boolean {
    return this.asOf > Number.NEGATIVE_INFINITY;
  }

  /** Every known camera, enabled or not. */
  list(): readonly KnownCamera[] {
    this.#list ??= this.#merge();
    return this.#list;
  }

  /** What each known camera is expected to cost its worker, for its placement. */
  weights(): ReturnType<typeof weightsOf> {
    return weightsOf(this.list());
  }

  /** The cameras to keep connected. */
  wanted(): readonly KnownCamera[] {
    return this.list().filter((camera) => this.#isWanted(camera));
  }

  /** One camera, if it is to be kept connected. */
  findWanted(id: string): KnownCamera | undefined {
    const camera = this.find(id);
    return camera !== undefined && this.#isWanted(camera) ? camera : undefined;
  }

  has(id: string): boolean {
    return this.find(id) !== undefined;
  }

  /** Name of the agent that reaches a camera; undefined: the gateway itself. */
  agentOf(id: string): string | undefined {
    return this.find(id)?.agent;
  }

  /** Labels that the worker of a camera must carry. */
  labelsOf(id: string): Labels {
    return this.find(id)?.labels ?? NO_LABELS;
  }

  find(id: string): KnownCamera | undefined {
    return this.#session.get(id) ?? this.#registered.get(id);
  }

  /** @throws AppError `camera-not-found` */
  get(id: string): KnownCamera {
    const camera = this.find(id);
    if (camera === undefined) throw new AppError('camera-not-found', `No camera ${id}`);
    return camera;
  }

  /** The next number after the highest that is in use. @param former ids of cameras that are gone */
  freeId(former: readonly string[] = []): string {
    const ids = [...this.list().map(({ id }) => id), ...former];
    const numbers = ids.map((id) => (/^\d{1,9}$/.test(id) ? Number(id) : 0));
    return String(numbers.reduce((highest, number) => Math.max(highest, number), 0) + 1);
  }

  /** Whether cameras fit beside those that run. @param ended those that stop with it @throws AppError `too-many-requests` */
  checkRoom(ids: readonly string[], ended: readonly string[] = []): void {
    this.#limit.check(this.#running(), ids, ended);
  }

  /** Cameras that do not run because as many run as may. */
  get beyondLimit(): ReadonlySet<string> {
    this.#beyond ??= this.#limit.beyond(this.#running());
    return this.#beyond;
  }

  /** Adds a camera for this gateway's life, or replaces what is known under its id. */
  put(camera: CameraChange): void {
    const session = this.#session.get(camera.id);
    // What was set on a camera that is put again stays; another camera under its id begins anew.
    const before = session?.origin === camera.origin ? session : this.#registered.get(camera.id);
    const analysis = before?.analysis ?? { motion: false, persons: false, faces: false };
    this.#setSession(camera.id, {
      ...camera,
      analysis,
      zones: before?.zones,
      recording: before?.recording,
      enabled: true,
      isFromFile: false,
    });
    this.#changed([camera.id]);
  }

  /**
   * Changes a camera that is not stored, for this gateway's life.
   * @returns the camera as it is now; undefined where it is stored or not known
   */
  adjust(
    id: string,
    change: Partial<Pick<KnownCamera, 'name' | 'location' | 'analysis' | 'zones'>>,
  ): KnownCamera | undefined {
    const before = this.#session.get(id);
    if (before === undefined || this.#registered.has(id)) return undefined;
    const camera = { ...before, ...change };
    this.#session.set(id, camera);
    this.#changed([id]);
    return camera;
  }

  /** Disconnects a camera for this gateway's life; an unknown id is fine. */
  remove(id: string): void {
    const camera = this.find(id);
    if (camera === undefined || this.#isSuppressed(id)) return;
    this.#secrets.forget(`session ${id}`);
    if (this.#registered.has(id)) this.#session.set(id, undefined);
    else this.#session.delete(id);
    this.#changed([id]);
  }

  /** Ends the demo: its cameras are gone. */
  removeDemo(): void {
    const demo = [...this.#session].flatMap(([id, camera]) => (camera?.origin === 'demo' ? [id] : []));
    for (const id of demo) this.#dropSession(id);
    this.#changed(demo);
  }

  /** Takes one camera of the registry; what clients did to it before is over. */
  setRegistered(camera: KnownCamera): void {
    this.#dropSession(camera.id);
    this.#storeRegistered(camera);
    this.#changed([camera.id]);
  }

  /** The cameras of the registry, without what clients did to them. */
  registered(): readonly KnownCamera[] {
    return [...this.#registered.values()];
  }

  /** Forgets one camera of the registry, and what clients did to it. */
  dropRegistered(id: string): void {
    if (!this.#registered.has(id)) return;
    this.#dropSession(id);
    this.#removeRegistered(id);
    this.#changed([id]);
  }

  /** Makes the registered cameras equal to a list of all; only what differs counts as a change. */
  syncRegistered(cameras: readonly KnownCamera[]): void {
    this.asOf = performance.now();
    const ids = new Set(cameras.map(({ id }) => id));
    const gone = [...this.#registered.keys()].filter((id) => !ids.has(id));
    const changed = cameras.filter((camera) => !isSameCamera(this.#registered.get(camera.id), camera));
    for (const id of gone) this.#removeRegistered(id);
    for (const camera of changed) this.#storeRegistered(camera);
    this.#changed([...gone, ...changed.map(({ id }) => id)]);
  }

  /** What clients connected for a gateway's life; null: disconnected, though it is stored. */
  sessions(): Map<string, KnownCamera | null> {
    const own = [...this.#session].filter(([, camera]) => camera?.origin !== 'demo');
    return new Map(own.map(([id, camera]) => [id, camera ?? null]));
  }

  /** Takes over what another gateway says of a camera. @param camera undefined: nothing any more */
  adoptSession(id: string, camera: KnownCamera | null | undefined): void {
    this.#dropSession(id);
    if (camera === null) this.#session.set(id, undefined);
    else if (camera !== undefined) this.#setSession(id, camera);
    this.#changed([id]);
  }

  /** Calls after every change with the ids concerned. @returns the function that ends it */
  onChange(listener: (ids: readonly string[]) => void): () => void {
    this.#events.on('change', listener);
    return () => void this.#events.off('change', listener);
  }

  /** Disconnected by a client, though the registry has it. */
  #isSuppressed(id: string): boolean {
    return this.#session.has(id) && this.#session.get(id) === undefined;
  }

  #isWanted({ id, enabled }: KnownCamera): boolean {
    return enabled && !this.#isSuppressed(id) && !this.beyondLimit.has(id);
  }

  #running(): string[] {
    return runningCameras(this.#session, this.#registered);
  }

  #merge(): readonly KnownCamera[] {
    const session = [...this.#session.values()].filter((camera) => camera !== undefined);
    const all = new Map([...this.#registered, ...session.map((camera) => [camera.id, camera] as const)]);
    return [...all.values()].sort((a, b) => compareIds(a.id, b.id));
  }

  #storeRegistered(camera: KnownCamera): void {
    this.#secrets.learn(`registry ${camera.id}`, camera.source);
    this.#registered.set(camera.id, camera);
  }

  #removeRegistered(id: string): void {
    this.#secrets.forget(`registry ${id}`);
    this.#registered.delete(id);
    if (this.#isSuppressed(id)) this.#session.delete(id);
  }

  #setSession(id: string, camera: KnownCamera): void {
    this.#secrets.learn(`session ${id}`, camera.source);
    this.#session.set(id, camera);
  }

  #dropSession(id: string): void {
    this.#secrets.forget(`session ${id}`);
    this.#session.delete(id);
  }

  #changed(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const before = this.#beyond;
    this.#list = undefined;
    this.#beyond = undefined;
    // A camera that ends makes room for another.
    const moved = before === undefined ? [] : differenceOf(before, this.beyondLimit);
    this.#events.emit('change', [...new Set([...ids, ...moved])]);
  }
}

function isSameCamera(a: KnownCamera | undefined, b: KnownCamera): boolean {
  if (a === undefined || !isSameSource(a.source, b.source)) return false;
  const facts = ({ source: _source, ...rest }: KnownCamera): string => JSON.stringify(rest);
  return facts(a) === facts(b);
}
