/** Asks an ONVIF service for the streams of its camera. */
import { sourceFromUrl } from '#shared/camera-source.ts';
import type { PtzSettings } from '#shared/contract/ptz.ts';
import { OnvifDevice, type OnvifProfile } from '../onvif/onvif-device.ts';
import { ONVIF_PATH } from '../onvif/onvif-hello.ts';
import { CameraHttp } from '../source/camera-http.ts';
import { type AddressGuard, resolveChecked } from '../source/resolve.ts';

/** Who asks, and whom. */
export interface OnvifTarget {
  host: string;
  username: string;
  password: string;
}

/** Something at a camera's host. */
export interface CameraPlace {
  port: number;
  secure: boolean;
  path: string;
}

/** What an ONVIF service tells of its camera. */
export interface OnvifFindings {
  vendor: string;
  model: string;
  /** Streams, the largest first. */
  streams: CameraPlace[];
  /** Where it gives still pictures of its largest stream. */
  still: CameraPlace | undefined;
  ptz: PtzSettings | undefined;
}

const ANSWER_MS = 4000;
/** A recorder has as many for each of its channels. */
const MAX_PROFILES = 8;

/**
 * What the service says of the camera; the password is sent once.
 * @throws AppError `control-unauthorized`, other `control-…`
 */
export async function askOnvif(
  { host, username, password }: OnvifTarget,
  port: number,
  { guard, signal }: { guard: AddressGuard; signal: AbortSignal },
): Promise<OnvifFindings> {
  const lookup = await resolveChecked(host, port, guard);
  const http = new CameraHttp({ host, port, lookup, username, password, timeoutMs: ANSWER_MS });
  const device = new OnvifDevice({ http, username, password, path: ONVIF_PATH });
  const end = (): void => device.close();
  signal.addEventListener('abort', end, { once: true });
  try {
    const { manufacturer: vendor, model } = await device.facts();
    const profiles = largestFirst(await device.profiles()).slice(0, MAX_PROFILES);
    const streams: CameraPlace[] = [];
    for (const { token } of profiles) {
      if (signal.aborted) break;
      const stream = await device.streamUrl(token).then(placeOf('rtsp'), () => undefined);
      if (stream !== undefined) streams.push(stream);
    }
    const largest = signal.aborted ? undefined : profiles[0]?.token;
    const still =
      largest === undefined
        ? undefined
        : await device.snapshotUrl(largest).then(placeOf('http'), () => undefined);
    const canMove = profiles.some(({ hasPtz }) => hasPtz);
    return { vendor, model, streams, still, ptz: canMove ? ptzAt(port) : undefined };
  } finally {
    signal.removeEventListener('abort', end);
    device.close();
  }
}

function ptzAt(port: number): PtzSettings {
  return { kind: 'onvif', path: ONVIF_PATH, ...(port === 80 ? {} : { port }) };
}

function largestFirst(profiles: readonly OnvifProfile[]): OnvifProfile[] {
  const pixels = ({ width = 0, height = 0 }: OnvifProfile): number => width * height;
  return profiles.toSorted((a, b) => pixels(b) - pixels(a));
}

/** Port and path only: the host may be one that only the camera knows, or one that it wants us to call. */
function placeOf(wanted: 'rtsp' | 'http'): (url: string) => CameraPlace | undefined {
  return (url) => {
    try {
      const { kind, port, secure, path } = sourceFromUrl(url);
      return kind === wanted ? { port, secure, path } : undefined;
    } catch {
      return undefined;
    }
  };
}
