/** Export and import of the whole registry as JSON. */
import { parseFields } from '#shared/camera.ts';
import {
  type AddressedSource,
  isAddressed,
  requestUrl,
  secretsOf,
  USUAL_CAMERA,
  urlWithCredentials,
} from '#shared/camera-source.ts';
import { type CameraExport, importSchema } from '#shared/contract/camera.ts';
import { AppError } from '#shared/errors.ts';
import { maskPathSecrets, restorePathSecrets } from '#shared/path-secrets.ts';
import type { RegisteredCamera, StoredCamera } from './registered-camera.ts';
import type { CameraRegistry } from './registry.ts';
import { type NewCamera, parseNewCamera } from './registry-input.ts';

const VERSION = 1;

/** The registry as `POST /api/cameras/import` reads it. */
export async function exportCameras(registry: CameraRegistry, withPasswords: boolean): Promise<CameraExport> {
  const cameras = (await registry.all()).filter(({ origin }) => origin === 'api');
  return {
    version: VERSION,
    exportedAt: new Date().toISOString(),
    cameras: cameras.map((camera) => describe(camera, withPasswords)),
  };
}

/**
 * Writes all cameras of an export, or none. A camera without a password in it keeps
 * the stored one, as long as its address is the same.
 * @returns how many were written
 * @throws AppError `invalid-field` naming the camera and its field, as `cameras.3.url`
 */
export async function importCameras(registry: CameraRegistry, body: unknown): Promise<number> {
  const { cameras, replace } = parseFields(importSchema, body);
  const entries = cameras.map(parseEntry);
  checkIds(entries);
  await registry.change('api', (stored) => {
    const byId = new Map(stored.map((camera) => [camera.id, camera]));
    const write = entries.map(({ camera, hasNoPassword }, index) => {
      const before = byId.get(camera.id);
      if (before?.origin === 'file') throw fromFile(camera.id, index);
      return hasNoPassword ? withPasswordOf(camera, before) : camera;
    });
    const ids = new Set(write.map(({ id }) => id));
    const others = stored.filter(({ id, origin }) => origin === 'api' && !ids.has(id));
    return { write, remove: replace ? others.map(({ id }) => id) : [] };
  });
  return entries.length;
}

interface Entry {
  camera: RegisteredCamera;
  /** The entry says that there is a password, or none, but not which. */
  hasNoPassword: boolean;
}

function parseEntry(entry: Record<string, unknown>, index: number): Entry {
  const { hasPassword, ...fields } = entry;
  const camera = parseListed(fields, index);
  return { camera, hasNoPassword: hasPassword !== undefined && fields.password === undefined };
}

/** Reads one camera of a list, where each needs an id. @throws AppError whose field starts with `cameras.{index}` */
export function parseListed(fields: unknown, index: number): RegisteredCamera {
  const at = `cameras.${index}`;
  let camera: NewCamera;
  try {
    camera = parseNewCamera(fields);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${at}: ${error.message}`, { field: `${at}.${error.field ?? ''}` });
  }
  const { id } = camera;
  if (id === undefined)
    throw new AppError('missing-field', `${at}: Missing required fields: id`, { field: `${at}.id` });
  return { ...camera, id };
}

function checkIds(entries: Entry[]): void {
  const seen = new Set<string>();
  for (const [index, { camera }] of entries.entries()) {
    if (seen.has(camera.id)) {
      const field = `cameras.${index}.id`;
      throw new AppError('invalid-field', `${field}: ${camera.id} is named twice`, { field });
    }
    seen.add(camera.id);
  }
}

function withPasswordOf(camera: RegisteredCamera, before: StoredCamera | undefined): RegisteredCamera {
  const { source } = camera;
  if (!isAddressed(source)) return camera;
  const old = before !== undefined && isAddressed(before.source) ? before.source : undefined;
  const main = withSecretsOf(source, old);
  const { sub, still } = source;
  return {
    ...camera,
    source: {
      ...main,
      ...(sub && { sub: withSecretsOf(sub, old?.sub) }),
      ...(still && { still: withSecretsOf(still, old?.still) }),
    },
  };
}

/** What the stored address keeps secret, where the entry names the same one. */
function withSecretsOf<S extends AddressedSource>(source: S, old: AddressedSource | undefined): S {
  const isSameAddress =
    old !== undefined &&
    old.host === source.host &&
    old.port === source.port &&
    old.username === source.username;
  if (!isSameAddress) return { ...source, password: '' };
  const path = restorePathSecrets(source.path, old.path) ?? source.path;
  return { ...source, password: old.password, path };
}

function describe(
  { id, name, location, source, agent, labels, enabled, analysis, zones, recording }: StoredCamera,
  withPasswords: boolean,
): CameraExport['cameras'][number] {
  const common = {
    id,
    name,
    location,
    ...(agent && { agent }),
    ...(Object.keys(labels ?? {}).length > 0 && { labels }),
    enabled,
    analysis,
    ...(zones?.length ? { zones } : {}),
    ...recording,
  };
  if (!isAddressed(source)) return { ...common, video: source.stream };
  const { username, password, ptz, sub, still } = source;
  const path = withPasswords ? source.path : maskPathSecrets(source.path);
  return {
    ...common,
    ...whereIs({ ...source, path }),
    username,
    ...(withPasswords ? { password } : { hasPassword: secretsOf(source).length > 0 }),
    ...(ptz === undefined ? {} : { ptz }),
    ...(sub && { subUrl: exportedUrl(sub, withPasswords) }),
    ...(still && { stillUrl: exportedUrl(still, withPasswords) }),
  };
}

function exportedUrl(source: AddressedSource, withPasswords: boolean): string {
  if (withPasswords) return urlWithCredentials(source);
  const url = requestUrl({ ...source, path: maskPathSecrets(source.path) });
  return source.username === ''
    ? url
    : url.replace('://', () => `://${encodeURIComponent(source.username)}@`);
}

/** By its parts where those mean this kind of camera. */
function whereIs(source: AddressedSource): Record<string, unknown> {
  if (source.kind !== USUAL_CAMERA.kind) return { url: requestUrl(source) };
  const { secure, host, port, path, transport } = source;
  return { secure, ip: host, port, streamPath: path, transport };
}

function fromFile(id: string, index: number): AppError {
  const field = `cameras.${index}.id`;
  return new AppError('camera-from-file', `${field}: camera ${id} is kept in CAMERAS_FILE; change it there`, {
    field,
  });
}
