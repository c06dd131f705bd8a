/** The form's input about a camera, and the request made of it. */
import type { AnalysisSwitches, CameraChanges, NewCamera } from '#shared/client/api-types.ts';
import { labelsText, parseLabels } from '#shared/worker-labels.ts';
import type { ShownCamera } from './status.ts';

/** Form of the address. */
export type DraftKind = 'address' | 'url' | 'video';

/** The fields of the form as text. */
export interface CameraDraft {
  kind: DraftKind;
  id: string;
  name: string;
  location: string;
  ip: string;
  port: string;
  username: string;
  password: string;
  streamPath: string;
  transport: string;
  secure: boolean;
  url: string;
  subUrl: string;
  stillUrl: string;
  video: string;
  /** Name of the agent that reaches it; empty: the gateway itself. */
  agent: string;
  /** What its worker must carry: `site=berlin,gpu=1`. */
  labels: string;
  enabled: boolean;
  analysis: AnalysisSwitches;
  /** What goes to disk, and for how many hours; empty: as usual. */
  record: string;
  keepHours: string;
  /** In memory where it does not record; empty: as usual. */
  keepSeconds: string;
}

/** Fields of each form of the address. */
const SOURCE_FIELDS: Record<DraftKind, readonly (keyof CameraDraft)[]> = {
  address: ['ip', 'port', 'username', 'password', 'streamPath', 'transport', 'secure'],
  url: ['url', 'transport'],
  video: ['video'],
};
const ADDRESS = /^(rtsps?):\/\/(?:([^:@/]*)(?::[^@/]*)?@)?(\[[^\]]+\]|[^:/]+):(\d+)(\/.*)?$/;

const MAX_PORT = 65_535;
/** Cameras over HTTP have no transport to choose. */
const RTSP = /^\s*rtsps?:/i;
const HOST = /^(?:rtsp|http)s?:\/\/(?:.*@)?(\[[^\]]+\]|[^:/]+)/i;
const PRIVATE =
  /^(?:10\.|127\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:|fe80:|localhost$|[^.:]+$|.*\.local$)/i;

/** An empty form. */
export function newDraft(): CameraDraft {
  return {
    kind: 'address',
    id: '',
    name: '',
    location: '',
    ip: '',
    port: '554',
    username: 'admin',
    password: '',
    streamPath: '/1',
    transport: 'tcp',
    secure: false,
    url: '',
    subUrl: '',
    stillUrl: '',
    video: '',
    agent: '',
    labels: '',
    enabled: true,
    analysis: { motion: false, persons: false, faces: false },
    record: 'off',
    keepHours: '',
    keepSeconds: '',
  };
}

/** The form of a stored camera; its password is not known here. */
export function draftOf(camera: ShownCamera): CameraDraft {
  const match = ADDRESS.exec(camera.rtspUrl);
  const { id, name, location, enabled, analysis, record, keep } = camera;
  const keepHours = keep && 'hours' in keep ? String(keep.hours) : '';
  const keepSeconds = keep && 'seconds' in keep ? String(keep.seconds) : '';
  const labels = labelsText(camera.labels ?? {});
  const further = { subUrl: camera.subUrl ?? '', stillUrl: camera.stillUrl ?? '', agent: camera.agent ?? '' };
  const facts = {
    ...newDraft(),
    ...further,
    labels,
    id,
    name,
    location,
    enabled,
    record,
    keepHours,
    keepSeconds,
    analysis: { ...analysis },
  };
  if (camera.sourceType === 'video') return { ...facts, kind: 'video' };
  if (match === null) return { ...facts, kind: 'url', url: camera.rtspUrl };
  return {
    ...facts,
    secure: match[1] === 'rtsps',
    username: decodeURIComponent(match[2] ?? ''),
    ip: match[3] ?? '',
    port: match[4] ?? '',
    streamPath: match[5] ?? '/',
  };
}

/** Errors found without asking the gateway; undefined when there are none. */
export function faultOf(draft: CameraDraft): { field: string; message: string } | undefined {
  const { kind, ip, port, url, labels } = draft;
  if (parseLabels(labels) === undefined)
    return { field: 'labels', message: 'Labels are pairs like site=berlin, with commas between them' };
  if (kind === 'address' && ip.trim() === '')
    return { field: 'ip', message: 'Enter the address of the camera' };
  if (kind === 'url' && url.trim() === '')
    return { field: 'url', message: 'Enter the address of the stream' };
  const number = Number(port);
  const isPort = Number.isInteger(number) && number >= 1 && number <= MAX_PORT;
  if (kind !== 'address' || port === '' || isPort) return undefined;
  return { field: 'port', message: `A port is a number from 1 to ${MAX_PORT}` };
}

/** Whether an address is private (RFC 1918, RFC 4193, RFC 6762), judged by its text. */
export function isPrivateAddress({ kind, ip, url }: CameraDraft): boolean {
  const host = kind === 'url' ? (HOST.exec(url)?.[1] ?? '') : ip.trim();
  return PRIVATE.test(host.replace(/^\[/, ''));
}

/** Request body for a new camera. */
export function creationOf(draft: CameraDraft): NewCamera {
  const { id } = draft;
  // Without a password the API would try the factory default.
  const password = draft.kind === 'address' ? { password: draft.password } : {};
  const further = Object.fromEntries(Object.entries(furtherOf(draft)).filter(([, value]) => isGiven(value)));
  return { ...(id === '' ? {} : { id }), ...namesOf(draft), ...sourceOf(draft), ...further, ...password };
}

function isGiven(value: unknown): boolean {
  return value !== null && (typeof value !== 'object' || Object.keys(value).length > 0);
}

/** Request body for a change: only what differs. */
export function changesOf(draft: CameraDraft, before: CameraDraft): CameraChanges {
  const [now, then] = [
    { ...namesOf(draft), ...sourceOf(draft), ...furtherOf(draft) },
    { ...namesOf(before), ...sourceOf(before), ...furtherOf(before) },
  ] as [Record<string, unknown>, Record<string, unknown>];
  const isOtherKind = draft.kind !== before.kind;
  return Object.fromEntries(
    Object.entries(now).filter(
      ([name, value]) =>
        JSON.stringify(value) !== JSON.stringify(then[name]) ||
        (isOtherKind && SOURCE_FIELDS[draft.kind].includes(name as keyof CameraDraft)),
    ),
  );
}

function namesOf(draft: CameraDraft): CameraChanges {
  const { name, location, enabled, analysis } = draft;
  return { ...(name === '' ? {} : { name }), location, enabled, analysis, ...recordingOf(draft) };
}

/** An empty field removes the stream, or leaves the agent; an uploaded video has no others. */
function furtherOf({ kind, subUrl, stillUrl, agent, ...draft }: CameraDraft): CameraChanges {
  // An agent has labels of its own.
  const labels = agent === '' ? (parseLabels(draft.labels) ?? {}) : {};
  if (kind === 'video') return { labels };
  return { subUrl: subUrl.trim() || null, stillUrl: stillUrl.trim() || null, agent: agent || null, labels };
}

/** Hours belong to a recording, seconds in memory to a camera without one; an empty field means as usual. */
function recordingOf({ record, keepHours, keepSeconds }: CameraDraft): CameraChanges {
  const mode = record as NonNullable<CameraChanges['record']>;
  if (mode === 'off')
    return { record: mode, keep: keepSeconds === '' ? null : { seconds: Number(keepSeconds) } };
  return { record: mode, keep: keepHours === '' ? null : { hours: Number(keepHours) } };
}

/** The password is sent only if entered: an empty field keeps the stored one. */
function sourceOf(draft: CameraDraft): CameraChanges {
  const { kind, ip, port, username, password, streamPath, transport, secure, url, video } = draft;
  const way = transport === 'udp' ? 'udp' : 'tcp';
  if (kind === 'video') return { video };
  if (kind === 'url') return { url, ...(RTSP.test(url) ? { transport: way } : {}) };
  return {
    ip: ip.trim(),
    ...(port === '' ? {} : { port: Number(port) }),
    username,
    ...(password === '' ? {} : { password }),
    streamPath,
    transport: way,
    secure,
  };
}
