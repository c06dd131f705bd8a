/**
 * One ONVIF device, by the `onvif` library: it writes requests and reads answers; how they travel is ours,
 * so that every connection goes to the checked address and every answer has bounds.
 */
import { AppError, messageOf } from '#shared/errors.ts';
import { type CameraHttp, unauthorized } from '../source/camera-http.ts';
import {
  type Callback,
  type LibraryCamera,
  loadLibrary,
  type Method,
  type SoapRequest,
} from './onvif-library.ts';
import { guardSoap } from './soap-guard.ts';

interface LibraryProfile {
  $?: { token?: unknown };
  name?: unknown;
  videoEncoderConfiguration?: {
    encoding?: unknown;
    resolution?: { width?: unknown; height?: unknown };
    rateControl?: { frameRateLimit?: unknown };
  };
  audioEncoderConfiguration?: unknown;
  PTZConfiguration?: unknown;
}

/** A media profile: one way in which the device sends its picture. */
export interface OnvifProfile {
  token: string;
  name: string;
  codec: string | undefined;
  width: number | undefined;
  height: number | undefined;
  fps: number | undefined;
  hasAudio: boolean;
  hasPtz: boolean;
}

/** Who made the device. */
export interface OnvifFacts {
  manufacturer: string;
  model: string;
  firmware: string;
  serialNumber: string;
}

/** Where the device listens, and who we are there. */
export interface OnvifOptions {
  http: Pick<CameraHttp, 'request' | 'close'>;
  username: string;
  password: string;
  path?: string;
}

const SERVICE_PATH = '/onvif/device_service';
/** Fault of a device that refuses a name or password (ONVIF Core Specification, section 5.9.1). */
const NOT_AUTHORIZED = /:\s*NotAuthorized\b/i;
/** Text of a device goes no further than this. */
const MAX_TEXT = 64;

/** Connects with the first call. Calls must not overlap. */
export class OnvifDevice {
  readonly #options: OnvifOptions;
  #camera: Promise<LibraryCamera> | undefined;
  #fail: (error: unknown) => void = () => {};

  constructor(options: OnvifOptions) {
    this.#options = options;
  }

  /** @throws AppError `control-…` */
  async facts(): Promise<OnvifFacts> {
    const told = record(await this.call('getDeviceInformation'));
    return {
      manufacturer: text(told.manufacturer),
      model: text(told.model),
      firmware: text(told.firmwareVersion),
      serialNumber: text(told.serialNumber),
    };
  }

  /** Media profiles of Media2 where the device has it, else of Media. @throws AppError `control-…` */
  async profiles(): Promise<OnvifProfile[]> {
    // The library forgets those of a device that lacks another service.
    const answer = await this.call('getProfiles');
    const profiles = Array.isArray(answer) ? (answer as LibraryProfile[]) : [];
    return profiles.flatMap((profile) => {
      const token = text(profile.$?.token);
      if (token === '') return [];
      const video = profile.videoEncoderConfiguration;
      return [
        {
          token,
          name: text(profile.name),
          codec: text(video?.encoding).toLowerCase() || undefined,
          width: number(video?.resolution?.width),
          height: number(video?.resolution?.height),
          fps: number(video?.rateControl?.frameRateLimit),
          hasAudio: profile.audioEncoderConfiguration !== undefined,
          hasPtz: profile.PTZConfiguration !== undefined,
        },
      ];
    });
  }

  /** The RTSP URL of a profile, as the device writes it: its host may be one that only the device knows. */
  async streamUrl(profileToken: string): Promise<string> {
    return urlOf(await this.call('getStreamUri', { protocol: 'RTSP', profileToken }));
  }

  /** The URL of still pictures of a profile. */
  async snapshotUrl(profileToken: string): Promise<string> {
    return urlOf(await this.call('getSnapshotUri', { profileToken }));
  }

  /** Restarts the device. */
  async reboot(): Promise<void> {
    await this.call('systemReboot');
  }

  /** Calls a method of the library; options are its own. @throws AppError `control-…` */
  async call(method: Method, options?: Readonly<Record<string, unknown>>): Promise<unknown> {
    return await this.#invoke(await this.#connected(), method, options);
  }

  /** Ends connections. */
  close(): void {
    this.#options.http.close();
  }

  #connected(): Promise<LibraryCamera> {
    this.#camera ??= this.#connect().catch((error: unknown) => {
      this.#camera = undefined;
      throw error;
    });
    return this.#camera;
  }

  async #connect(): Promise<LibraryCamera> {
    const { Cam, parseSOAPString } = loadLibrary();
    const { http, username, password, path = SERVICE_PATH } = this.#options;
    // The library writes names into XML as they are.
    const camera = new Cam({
      hostname: 'camera',
      username: escapeXml(username),
      // The library takes a byte of each character: UTF-8 (WS-Security UsernameToken Profile 1.1).
      password: Buffer.from(password).toString('latin1'),
      path,
      autoconnect: false,
    });
    let isRefused = false;
    camera._request = (request, callback) => {
      const guarded: Callback = (...values) => this.#guard(() => callback.apply(camera, values));
      // The library would go on to ask for something else: cameras count each refusal.
      if (isRefused) return;
      void send(http, camera, request).then(
        ({ status, body }) => parseSOAPString(body, guarded, status),
        (error: Error) => {
          // Some callbacks of the library read the data before they look at the error.
          isRefused ||= error instanceof AppError && error.code === 'control-unauthorized';
          if (isRefused) {
            this.#camera = undefined;
            this.#fail(error);
          }
          guarded(error);
        },
      );
    };
    await this.#setClock(camera);
    await this.#invoke(camera, 'connect');
    return camera;
  }

  /** Credentials carry the device's time, which may be asked with credentials only: ours is the first guess. */
  async #setClock(camera: LibraryCamera): Promise<void> {
    const shift = (time: number): number => time - process.uptime() * 1000;
    camera.timeShift = shift(Date.now());
    const told = await this.#invoke(camera, 'getSystemDateAndTime');
    if (told instanceof Date && !Number.isNaN(told.getTime())) camera.timeShift = shift(told.getTime());
  }

  /** Settles with the callback, or with what the library throws while it reads an answer. */
  async #invoke(camera: LibraryCamera, method: Method, options?: object): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#fail = reject;
    const settle: Callback = (error, data) => (error ? reject(error) : resolve(data));
    this.#guard(() => camera[method](...(options === undefined ? [settle] : [{ ...options }, settle])));
    try {
      return await promise;
    } catch (error) {
      if (error instanceof AppError) throw error;
      const reason = text(messageOf(error)) || 'no answer';
      if (/not\s*authorized/i.test(reason)) throw unauthorized();
      throw new AppError('control-refused', `The camera's ONVIF service: ${reason}`);
    }
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }
}

async function send(http: OnvifOptions['http'], camera: LibraryCamera, request: SoapRequest) {
  const headers = { 'content-type': 'application/soap+xml; charset=utf-8' };
  const path = pathOf(camera, request);
  const answer = await http.request({ method: 'POST', path, headers, body: request.body });
  // The library asks for the clock without credentials first, and again with them after a refusal.
  const isRefused = [401, 403].includes(answer.status) || NOT_AUTHORIZED.test(answer.body);
  const isSigned = answer.isSigned || request.body.includes('<UsernameToken>');
  if (isRefused && answer.status >= 400 && isSigned) throw unauthorized();
  return { status: answer.status, body: guardSoap(answer.body) };
}

/** Services are asked at their path on the camera's own address, whichever host the camera names. */
function pathOf(camera: LibraryCamera, { service, url }: SoapRequest): string {
  // The library asks the service of inputs and outputs to reboot, which is the device's own business.
  const isDevice = service === undefined || service === 'deviceIO';
  const path = url?.path ?? (isDevice ? camera.path : camera.uri?.[service]?.path);
  if (path === undefined)
    throw new AppError('control-unsupported', `The camera has no ONVIF service "${service}"`);
  return path;
}

function urlOf(answer: unknown): string {
  const { uri } = record(answer);
  if (typeof uri !== 'string' || uri.length > 2048 || !URL.canParse(uri.trim()))
    throw new AppError('control-refused', "The camera's ONVIF service names no URL");
  return uri.trim();
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  const plain = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return plain
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT);
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}

function escapeXml(plain: string): string {
  return plain.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
