/** What clients and CAMERAS_FILE write about cameras of the registry, and what it means. */
import { parseFields } from '#shared/camera.ts';
import {
  type AddressedSource,
  type FurtherSources,
  isAddressed,
  type RegisteredSource,
  sourceFromUrl,
  USUAL_CAMERA,
  usualPort,
  withTransport,
} from '#shared/camera-source.ts';
import { type CameraChanges, cameraChangesSchema, newCameraSchema } from '#shared/contract/camera.ts';
import type { PtzSettings } from '#shared/contract/ptz.ts';
import { NO_RECORDING } from '#shared/contract/recording.ts';
import { checkPath, hostFromIp } from '#shared/contract/source/address.ts';
import { AppError } from '#shared/errors.ts';
import { furtherSources } from '#shared/further-sources.ts';
import { pathSecrets, restorePathSecrets } from '#shared/path-secrets.ts';
import { checkPasswordGiven, checkPlace } from './place-input.ts';
import { applyRecording } from './recording-input.ts';
import type { RegisteredCamera } from './registered-camera.ts';

/** A new camera before it has an id for certain. */
export type NewCamera = Omit<RegisteredCamera, 'id'> & { id: string | undefined };

/** Reads the body of `POST /api/cameras`. @throws AppError `missing-field` or `invalid-field`, naming the field */
export function parseNewCamera(body: unknown): NewCamera {
  const { id, cameraId, ...fields } = parseFields(newCameraSchema, asObject(body));
  const source = withFurther(withPtz(newSource(fields), fields.ptz ?? undefined), {}, fields);
  const name = fields.name ?? `Camera ${id ?? cameraId ?? ''}`.trim();
  const agent = fields.agent ?? undefined;
  const recording = applyRecording(NO_RECORDING, fields);
  const labels = fields.labels ?? {};
  checkPlace({ source, agent, labels });
  return {
    id: id ?? cameraId,
    name,
    location: fields.location ?? '',
    source,
    agent,
    labels,
    enabled: fields.enabled ?? true,
    analysis: fields.analysis ?? { motion: false, persons: false, faces: false },
    zones: fields.zones ?? [],
    recording,
  };
}

/** Applies the body of `PATCH /api/cameras/:id`. @throws AppError `invalid-field`, naming the field */
export function applyChanges(camera: RegisteredCamera, body: unknown): RegisteredCamera {
  const fields = parseFields(cameraChangesSchema, asObject(body));
  if (Object.keys(fields).length === 0) {
    throw new AppError('invalid-field', 'The body names nothing to change', { field: 'body' });
  }
  const source = changedAll(camera.source, fields);
  const agent = fields.agent === undefined ? camera.agent : (fields.agent ?? undefined);
  const recording = applyRecording(camera.recording ?? NO_RECORDING, fields);
  const labels = fields.labels ?? camera.labels;
  checkPlace({ source, agent, labels });
  if (agent !== camera.agent) checkPasswordGiven(camera.source, fields);
  return {
    id: camera.id,
    name: fields.name ?? camera.name,
    location: fields.location ?? camera.location,
    source,
    agent,
    labels,
    enabled: fields.enabled ?? camera.enabled,
    analysis: fields.analysis ?? camera.analysis,
    zones: fields.zones ?? camera.zones,
    recording,
  };
}

const ADJUSTABLE = ['name', 'location', 'analysis', 'zones'] as const;

/** Reads the body of `PATCH /api/cameras/:id` for a camera that is not stored. @throws AppError `invalid-field` */
export function parseAdjustments(body: unknown): Pick<CameraChanges, (typeof ADJUSTABLE)[number]> {
  const fields = parseFields(cameraChangesSchema, asObject(body));
  const other = Object.keys(fields).find((field) => !(ADJUSTABLE as readonly string[]).includes(field));
  if (other !== undefined)
    throw new AppError('invalid-field', `${other}: cannot be changed for a camera that is not stored`, {
      field: other,
    });
  if (Object.keys(fields).length === 0) {
    throw new AppError('invalid-field', 'The body names nothing to change', { field: 'body' });
  }
  return fields;
}

const SOURCE_FIELDS = [
  'url',
  'ip',
  'port',
  'username',
  'password',
  'streamPath',
  'transport',
  'secure',
  'video',
] as const;

function newSource(fields: CameraChanges): RegisteredSource {
  checkOneKind(fields);
  if (fields.video !== undefined) return { kind: 'video', stream: fields.video };
  if (fields.url !== undefined) return withCredentials(sourceFromUrl(fields.url, fields.transport), fields);
  if (fields.ip === undefined) {
    throw new AppError('missing-field', 'Missing required fields: url, ip or video', { field: 'url' });
  }
  return withFields({ secure: false, host: '', ...USUAL_CAMERA }, fields);
}

function changedSource(source: RegisteredSource, fields: CameraChanges): RegisteredSource {
  if (SOURCE_FIELDS.every((field) => fields[field] === undefined)) return source;
  checkOneKind(fields);
  if (!isAddressed(source) || fields.video !== undefined) return newSource(fields);
  const changed =
    fields.url === undefined
      ? withFields(source, fields)
      : keepCredentials(source, withCredentials(movedTo(fields.url, source, fields), fields));
  const restored = withStoredPath(source, changed);
  checkSecretsStay(source, restored, fields);
  return restored;
}

/** Another address; a camera of the same kind keeps its transport. */
function movedTo(url: string, before: AddressedSource, { transport }: CameraChanges): AddressedSource {
  const moved = sourceFromUrl(url, transport);
  const kept = 'transport' in before && 'transport' in moved ? before.transport : undefined;
  return withTransport(moved, transport ?? kept);
}

/** A path that a client sends back as it was shown keeps the secrets that were masked in it. */
function withStoredPath(before: AddressedSource, after: AddressedSource): AddressedSource {
  const path = restorePathSecrets(after.path, before.path);
  if (path === undefined)
    throw new AppError('invalid-field', 'The path holds a masked password; write the password itself', {
      field: 'streamPath',
    });
  return { ...after, path };
}

/** A URL that says nothing of credentials, or has them masked, keeps those of before. */
function keepCredentials(before: AddressedSource, after: AddressedSource): AddressedSource {
  if (after.password === '***') return { ...after, password: before.password };
  if (after.username !== '' || after.password !== '') return after;
  return { ...after, username: before.username, password: before.password };
}

/** A stored password must not be sent to a host that the client who changes the camera chooses. */
function checkSecretsStay(before: AddressedSource, after: AddressedSource, fields: CameraChanges): void {
  if (before.host === after.host && before.port === after.port) return;
  const isKept = before.password !== '' && before.password === after.password;
  const written = fields.url ?? fields.streamPath ?? '';
  const stored = pathSecrets(before.path);
  const isInPath = pathSecrets(after.path).some(
    (secret) => stored.includes(secret) && !written.includes(secret),
  );
  if (!isInPath && !(isKept && fields.password === undefined)) return;
  throw new AppError('invalid-field', 'password must be given again when the address changes', {
    field: isInPath ? 'streamPath' : 'password',
  });
}

/** `null` removes the controls; what is not named stays. */
function changedPtz(source: RegisteredSource, { ptz, video }: CameraChanges): PtzSettings | undefined {
  if (ptz !== undefined) return ptz ?? undefined;
  return isAddressed(source) && video === undefined ? source.ptz : undefined;
}

function withPtz(source: RegisteredSource, ptz: PtzSettings | undefined): RegisteredSource {
  if (isAddressed(source)) {
    const { ptz: _before, ...rest } = source;
    return ptz === undefined ? rest : { ...rest, ptz };
  }
  if (ptz === undefined) return source;
  throw new AppError('invalid-field', 'ptz: a video cannot be moved', { field: 'ptz' });
}

/** The same object where nothing of it changes. */
function changedAll(before: RegisteredSource, fields: CameraChanges): RegisteredSource {
  const main = withPtz(changedSource(before, fields), changedPtz(before, fields));
  return withFurther(main, isAddressed(before) ? before : {}, fields);
}

function withFurther(
  source: RegisteredSource,
  before: FurtherSources,
  { subUrl, stillUrl }: CameraChanges,
): RegisteredSource {
  if (isAddressed(source)) {
    const { sub: _sub, still: _still, ...main } = source;
    return { ...main, ...furtherSources({ subUrl, stillUrl }, before) };
  }
  const field = (subUrl ?? undefined) === undefined ? 'stillUrl' : 'subUrl';
  if ((subUrl ?? stillUrl ?? undefined) === undefined) return source;
  throw new AppError('invalid-field', `${field}: an uploaded video has no other source`, { field });
}

function checkOneKind({ url, ip, video }: CameraChanges): void {
  const given = Object.entries({ url, ip, video }).filter(([, value]) => value !== undefined);
  if (given.length < 2) return;
  const names = given.map(([name]) => name);
  throw new AppError('invalid-field', `Only one of ${names.join(', ')} can be given`, {
    field: names[1] as string,
  });
}

function withCredentials(source: AddressedSource, { username, password }: CameraChanges): AddressedSource {
  return { ...source, username: username ?? source.username, password: password ?? source.password };
}

function withFields(source: AddressedSource, fields: CameraChanges): AddressedSource {
  const secure = fields.secure ?? source.secure;
  const port = secure === source.secure ? source.port : usualPort({ kind: source.kind, secure });
  const changed = {
    ...source,
    secure,
    host: fields.ip === undefined ? source.host : hostFromIp(fields.ip),
    port: fields.port ?? port,
    path: fields.streamPath === undefined ? source.path : `/${fields.streamPath.replace(/^\//, '')}`,
  };
  checkPath(changed.path, 'streamPath');
  return withCredentials(withTransport(changed, fields.transport), fields);
}

function asObject(body: unknown): unknown {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new AppError('invalid-field', 'The body must be a JSON object', { field: 'body' });
}
