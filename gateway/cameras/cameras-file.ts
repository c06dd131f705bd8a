/** Cameras kept in a YAML file by hand: read at start, and again whenever it changes. */
import { type StatsListener, unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { labelsText, NO_LABELS } from '#shared/worker-labels.ts';
import type { RegisteredCamera, StoredCamera } from './registered-camera.ts';
import type { CameraRegistry } from './registry.ts';
import { parseListed } from './registry-transfer.ts';

/** What is known of the file, for `/health`. */
export interface CamerasFileStatus {
  /** Cameras of the last valid reading. */
  cameras: number;
  /** ISO 8601; null before the first valid reading. */
  loadedAt: string | null;
  /** Why the file as it is now is not in effect; null when it is. */
  error: string | null;
}

export interface CamerasFileOptions {
  file: string;
  registry: CameraRegistry;
  log: Logger;
  /** Pause between looks at the file, milliseconds; looking works on every file system and mount. */
  pollMs?: number;
}

const POLL_MS = 1000;
const RETRY_MS = 5000;

/** Follows one file from start to close. An invalid file changes nothing. */
export class CamerasFile {
  readonly #options: CamerasFileOptions;
  #status: CamerasFileStatus = { cameras: 0, loadedAt: null, error: null };
  #reading: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: CamerasFileOptions) {
    this.#options = options;
  }

  get status(): CamerasFileStatus {
    return this.#status;
  }

  /** Reads the file and watches it. */
  start(): void {
    const { file, pollMs = POLL_MS } = this.#options;
    watchFile(file, { interval: pollMs, persistent: false }, this.#onChange);
    this.#read();
  }

  /** Stops watching; waits for a reading under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    unwatchFile(this.#options.file, this.#onChange);
    await this.#reading;
  }

  readonly #onChange: StatsListener = () => this.#read();

  #read(): void {
    clearTimeout(this.#retry);
    this.#reading = this.#reading.then(() => this.#apply());
  }

  async #apply(): Promise<void> {
    if (this.#isClosed) return;
    const { file, registry, log } = this.#options;
    try {
      const cameras = await parseCamerasFile(await readFile(file, 'utf8'));
      await registry.whenLoaded();
      await registry.change('file', (stored) => planFor(cameras, stored));
      this.#status = { cameras: cameras.length, loadedAt: new Date().toISOString(), error: null };
      log.info({ file, cameras: cameras.length }, 'cameras file loaded');
    } catch (error) {
      this.#status = { ...this.#status, error: messageOf(error) };
      log.error({ file, reason: messageOf(error) }, 'the cameras file is not in effect as it is now');
      // The file may be right and the database away.
      const isPassing = error instanceof AppError && error.status >= 500;
      if (isPassing && !this.#isClosed) this.#retry = setTimeout(() => this.#read(), RETRY_MS);
    }
  }
}

/**
 * Reads the text of a cameras file: a list, or a mapping with a list `cameras`,
 * each entry like the body of `POST /api/cameras` with an id.
 * @throws AppError `invalid-field` or `missing-field` that names the line or the field
 */
export async function parseCamerasFile(text: string): Promise<RegisteredCamera[]> {
  const content = await parseYaml(text);
  const list: unknown = isMapping(content) ? content.cameras : content;
  if (list === null || list === undefined) return [];
  if (!Array.isArray(list)) {
    throw new AppError('invalid-field', 'cameras must be a list', { field: 'cameras' });
  }
  const cameras = list.map(parseListed);
  const twice = cameras.findIndex(({ id }, index) => cameras.findIndex((other) => other.id === id) < index);
  if (twice >= 0) {
    const field = `cameras.${twice}.id`;
    throw new AppError('invalid-field', `${field}: ${cameras[twice]?.id} is named twice`, { field });
  }
  return cameras;
}

async function parseYaml(text: string): Promise<unknown> {
  const { parse, YAMLParseError } = await import('yaml');
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const line = error.linePos?.[0].line;
    // The message of the parser quotes the line, which may hold a password.
    const reason = error.message.split('\n')[0]?.replace(/:$/, '') ?? error.code;
    throw new AppError(
      'invalid-field',
      `Not valid YAML${line === undefined ? '' : ` (line ${line})`}: ${reason}`,
      {
        field: 'cameras',
        cause: error,
      },
    );
  }
}

function planFor(
  cameras: RegisteredCamera[],
  stored: StoredCamera[],
): { write: RegisteredCamera[]; remove: string[] } {
  const byId = new Map(stored.map((camera) => [camera.id, camera]));
  const taken = cameras.find(({ id }) => byId.get(id)?.origin === 'api');
  if (taken !== undefined) {
    throw new AppError(
      'camera-exists',
      `Camera ${taken.id} is in the registry already; remove one of the two`,
      {
        field: 'id',
      },
    );
  }
  const ids = new Set(cameras.map(({ id }) => id));
  const remove = stored.filter(({ id, origin }) => origin === 'file' && !ids.has(id)).map(({ id }) => id);
  return { write: cameras.filter((camera) => isChanged(camera, byId.get(camera.id))), remove };
}

/** Writing what is there already would make every gateway on this database read it again. */
function isChanged(camera: RegisteredCamera, stored: StoredCamera | undefined): boolean {
  if (stored === undefined || stored.isPasswordLost) return true;
  const { id, name, location, source, agent, labels, enabled, analysis, zones } = stored;
  const text = (value: RegisteredCamera): string =>
    JSON.stringify([
      value.id,
      value.name,
      value.location,
      Object.entries(value.source).sort(),
      value.agent,
      labelsText(value.labels ?? NO_LABELS),
      value.enabled,
      value.analysis,
      value.zones ?? [],
    ]);
  return text(camera) !== text({ id, name, location, source, agent, labels, enabled, analysis, zones });
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
