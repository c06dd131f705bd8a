/** A camera's state in words for people: what is wrong and what to do. */

import type { CameraStatus } from '#shared/client/api-types.ts';
import { clock, duration } from './format.ts';
import type { ShownCamera, ShownWorker } from './status.ts';

/** `good`: live. `busy`: recovers by itself. `bad`: needs an operator. `off`: disabled. */
export type Tone = 'good' | 'busy' | 'bad' | 'off';

/** A state for people. */
export interface CameraWords {
  tone: Tone;
  /** One to three words. */
  label: string;
  /** A sentence; empty when all is well. */
  detail: string;
  /** What an operator can do; empty when nothing. */
  advice: string;
  /** `tries again in 12 s`; empty when no retry is due. */
  countdown: string;
}

/** Input of the description. */
export interface CameraFacts {
  camera: ShownCamera;
  status: CameraStatus | null | undefined;
  worker: ShownWorker | undefined;
  /** The gateway's clock, Unix milliseconds. */
  now: number;
}

const LABEL_BY_REASON: Record<string, string> = {
  'camera-unauthorized': 'Wrong password',
  'camera-unreachable': 'Unreachable',
  'camera-refused': 'Connection refused',
  'camera-timeout': 'No answer',
  'camera-path-not-found': 'Wrong stream path',
  'camera-no-video-track': 'No video',
  'camera-unsupported-codec': 'Unsupported codec',
  'camera-picture-too-large': 'Pictures too large',
  'camera-sends-too-much': 'Sends too much',
  'camera-quarantined': 'In quarantine',
  'camera-no-frames': 'No pictures',
  'camera-protocol-error': 'Not an RTSP camera',
  'camera-busy': 'Camera is busy',
  'camera-redirected': 'Redirects elsewhere',
  'camera-encrypted': 'Stream is encrypted',
  'camera-unknown-digest': 'Unknown sign-in method',
  'camera-tls-failed': 'TLS fails',
  'camera-transport-refused': 'Transport refused',
  'camera-undecodable': 'Cannot be decoded',
  'camera-video-unreadable': 'Video damaged',
};
/** Faults that do not heal by themselves. */
const FOR_PEOPLE = new Set([
  'camera-unauthorized',
  'camera-refused',
  'camera-path-not-found',
  'camera-no-video-track',
  'camera-unsupported-codec',
  'camera-protocol-error',
  'camera-redirected',
  'camera-encrypted',
  'camera-unknown-digest',
  'camera-tls-failed',
  'camera-transport-refused',
  'camera-undecodable',
  'camera-video-unreadable',
]);

const ISO_TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** Where a camera is, and which agent reaches it: `North side · Agent home`. */
export function placeWords({ id, location, agent }: Pick<ShownCamera, 'id' | 'location' | 'agent'>): string {
  const place = location || `Camera ${id}`;
  return agent === null || agent === undefined ? place : `${place} · Agent ${agent}`;
}

/** Describes a camera whose gateway does not answer: its state may have changed. @param goneMs since the last sign of life */
export function describeGone(goneMs: number): CameraWords {
  return words('off', 'Unknown', `Disconnected, ${duration(Math.round(goneMs / 1000))} ago.`);
}

/** Describes a camera. */
export function describeCamera({ camera, status, worker, now }: CameraFacts): CameraWords {
  if (!camera.enabled) {
    return words(
      'off',
      'Switched off',
      'This camera is stored but not connected.',
      'Switch it on under Edit.',
    );
  }
  if (status === null || status === undefined) return describeUnknown(worker);
  const { state, reason } = status;
  if (status.connected && state === 'live') return words('good', 'Live');
  if (state === 'live') return words('busy', 'Waiting', 'No picture came within the last 3 seconds.');
  const label = reason === undefined ? undefined : LABEL_BY_REASON[reason];
  const detail = (status.detail ?? '').replace(ISO_TIME, (time) => clock(time, now));
  const advice = status.hint ?? '';
  // It starts as soon as there is such a worker.
  if (reason === 'no-worker-with-labels') return words('bad', 'No worker', detail, advice);
  if (reason !== undefined && FOR_PEOPLE.has(reason)) {
    return { ...words('bad', label ?? 'Needs attention', detail, advice), countdown: countdown(status, now) };
  }
  if (state === 'connecting') return words('busy', 'Connecting', 'Waiting for the first picture.');
  if (state === 'stalled') return words('busy', 'No pictures', detail, advice);
  if (reason === 'camera-limit') return words('bad', 'Too many cameras', detail, advice);
  // It is the agent that tries again.
  if (reason === 'agent-offline') return words('busy', 'Agent offline', detail, advice);
  return { ...words('busy', label ?? 'Reconnecting', detail, advice), countdown: countdown(status, now) };
}

function describeUnknown(worker: ShownWorker | undefined): CameraWords {
  if (worker === undefined || worker.state === 'ready')
    return words('busy', 'Starting', 'Setting up the camera.');
  if (worker.state === 'failed') {
    const detail = `Its worker ${worker.name} has failed too often.`;
    return words('bad', 'Process failed', detail, 'See Settings, Health; it is restarted at long intervals.');
  }
  return words('busy', 'Restarting', `Its worker ${worker.name} is starting.`, 'Reconnecting automatically.');
}

function words(tone: Tone, label: string, detail = '', advice = ''): CameraWords {
  return { tone, label, detail, advice, countdown: '' };
}

function countdown({ nextRetryAt }: CameraStatus, now: number): string {
  if (nextRetryAt === undefined) return 'trying again now';
  const seconds = nextRetryAt - now / 1000;
  return seconds < 1 ? 'trying again now' : `tries again in ${duration(Math.ceil(seconds))}`;
}

/** Age of the newest picture, which the gateway tells of cameras that are not connected. */
export function pictureAge(status: CameraStatus | null | undefined, now: number): string {
  if (status?.connected === true) return 'just now';
  if (status?.lastFrameTime === null || status?.lastFrameTime === undefined) return '';
  const seconds = Math.max(0, now / 1000 - status.lastFrameTime);
  return seconds < 2 ? 'just now' : `${duration(seconds)} ago`;
}
