/** What was found of a camera, in words, and the request that stores it. */
import type {
  AnalysisSwitches,
  DiscoveredCamera,
  NewCamera,
  ProbeAnswer,
  ProbedStream,
  ProbeRequest,
  ProbeStep,
} from '#shared/client/api-types.ts';
import { codecName } from './format.ts';

/** What the operator enters first. */
export interface ProbeFields {
  /** An address, or a pasted URL. */
  address: string;
  username: string;
  password: string;
  /** Name of the agent that reaches it; empty: the gateway itself. */
  agent: string;
}

/** What the operator chooses then. */
export interface FoundChoice {
  stream: ProbedStream;
  /** The smaller stream for small pictures. */
  sub: ProbedStream | undefined;
  name: string;
  analysis: AnalysisSwitches;
}

const MASK = '***';
/** User information ends with the last `@` before a host. */
const USER_INFO = /^(?:[a-z]+:\/\/)?(.*)@[^@]+$/i;
const IS_STREAM = /^(?:rtsp|http)s?:\/\//i;
const IS_WEB = /^https?:/;

/** The request that looks for the camera. */
export function probeRequestOf({ address, username, password, agent }: ProbeFields): ProbeRequest {
  const login = {
    ...(username.trim() === '' ? {} : { username: username.trim() }),
    ...(password === '' ? {} : { password }),
  };
  return { url: address.trim(), ...login, ...placeOf(agent) };
}

/** The request that stores the camera; a pasted URL keeps its user information as it was written. */
export function foundCameraOf(
  fields: ProbeFields,
  { ip, ptz, stillUrl }: Pick<ProbeAnswer, 'ip' | 'ptz' | 'stillUrl'>,
  { stream, sub, name, analysis }: FoundChoice,
): NewCamera {
  const pasted = fields.address.trim();
  const given = USER_INFO.exec(pasted)?.[1];
  const urlOf = ({ url, secure, port, streamPath }: ProbedStream, userInfo: string): string =>
    `${IS_WEB.test(url) ? 'http' : 'rtsp'}${secure ? 's' : ''}://${userInfo}${hostOf(ip)}:${port}${unmasked(streamPath, fields)}`;
  // The secret in its path is known from the pasted URL alone.
  const isPasted = IS_STREAM.test(pasted) && stream.streamPath.includes(MASK);
  const { username, password } = loginOf(fields, given);
  return {
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    url: isPasted ? pasted : urlOf(stream, given === undefined ? '' : `${given}@`),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(sub === undefined ? {} : { subUrl: urlOf(sub, '') }),
    ...(stillUrl === undefined ? {} : { stillUrl }),
    ...(ptz === undefined ? {} : { ptz }),
    ...placeOf(fields.agent),
    analysis,
  };
}

/** An address as URLs hold it. */
export function hostOf(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

/** Where to look for a camera that the network search found: its ONVIF service, which may have an unusual port. */
export function addressOf({ ip, onvifUrl }: Pick<DiscoveredCamera, 'ip' | 'onvifUrl'>): string {
  const host = hostOf(ip);
  const port = URL.canParse(onvifUrl) ? new URL(onvifUrl).port : '';
  return port === '' ? host : `http://${host}:${port}/`;
}

/** The part of a request that says from where; nothing for the gateway itself. */
export function placeOf(agent: string): { agent?: string } {
  return agent === '' ? {} : { agent };
}

/** As the gateway took them: `admin` where only a password was given. */
function loginOf({ username, password }: ProbeFields, given: string | undefined) {
  const user = username.trim();
  if (given !== undefined) return { username: user || undefined, password: password || undefined };
  return { username: user === '' && password !== '' ? 'admin' : user, password };
}

function unmasked(path: string, { password }: ProbeFields): string {
  return path.replaceAll(MASK, () => encodeURIComponent(password));
}

/** `1280 × 720, H.264, 25 fps, sound`. */
export function streamWords({ width, height, codec, fps, audio }: ProbedStream): string {
  return [
    width === null ? '' : `${width} × ${height}`,
    codecName(codec),
    fps === null ? '' : `${Math.round(fps)} fps`,
    audio === null ? '' : 'sound',
  ]
    .filter((word) => word !== '')
    .join(', ');
}

/** What to know before a stream is chosen; undefined where it plays everywhere. */
export function streamWarning({ codec, playable, code, hint }: ProbedStream): string | undefined {
  if (code !== undefined) return `It could not be played. ${hint ?? ''}`.trim();
  if (codec === 'hevc')
    return 'H.265 plays only in browsers and devices that decode it. Set the camera to H.264 to play it everywhere.';
  if (codec === 'mjpeg') return 'MJPEG: shown as pictures, without sound.';
  if (playable.includes('webrtc')) return undefined;
  return 'B-frames: it plays with a short delay. Switch B-frames off in the camera for the least delay.';
}

/** Lines of the checklist, in order. */
export const STEP_WORDS: readonly (readonly [ProbeStep['step'], string])[] = [
  ['reachable', 'Reachable'],
  ['rtsp', 'RTSP answers'],
  ['password', 'Password accepted'],
  ['streams', 'Stream found'],
];

/** State of one line. */
export type StepState = 'done' | 'failed' | 'running' | 'waiting';

/** State of a line, given the steps so far. */
export function stepState(name: ProbeStep['step'], steps: readonly ProbeStep[]): StepState {
  const known = steps.find(({ step }) => step === name);
  if (known !== undefined) return known.ok ? 'done' : 'failed';
  const isNext = STEP_WORDS[steps.length]?.[0] === name && steps.every(({ ok }) => ok);
  return isNext ? 'running' : 'waiting';
}

/** A name for a camera that was found. */
export function nameOf({ vendor = '', model = '' }: Pick<ProbeAnswer, 'vendor' | 'model'>): string {
  const isNamed = model.toLowerCase().startsWith(vendor.toLowerCase());
  return [isNamed ? '' : vendor, model].filter((word) => word !== '').join(' ');
}

/** The stream for small pictures: the smallest one that is not chosen itself. */
export function subOf(streams: readonly ProbedStream[], chosen: ProbedStream): ProbedStream | undefined {
  const area = ({ width, height }: ProbedStream): number => (width ?? 0) * (height ?? 0);
  const smaller = streams.filter(
    (stream) =>
      stream !== chosen && stream.code === undefined && area(stream) > 0 && area(stream) < area(chosen),
  );
  return smaller.toSorted((a, b) => area(b) - area(a))[0];
}
