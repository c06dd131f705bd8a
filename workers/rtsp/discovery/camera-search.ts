/**
 * Finds the paths of a camera's streams: its own answers and ONVIF first, then the paths of known makes. A wrong
 * password is sent once at most, since cameras lock out who guesses.
 */

import type { ProbedDevice, ProbeTarget } from '#shared/contract/probe.ts';
import { formatHost } from '#shared/contract/source/address.ts';
import type { HttpSource } from '#shared/contract/source/http.ts';
import { RTSP_SCHEMES, type RtspSource } from '#shared/contract/source/rtsp.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { ONVIF_PORTS } from '../onvif/camera-devices.ts';
import { findOnvif, ONVIF_PATH } from '../onvif/onvif-hello.ts';
import type { AddressGuard } from '../source/resolve.ts';
import type { Checklist } from './checklist.ts';
import { askOnvif, type OnvifFindings } from './onvif-lookup.ts';
import { type DescribedStream, StreamFinder } from './stream-finder.ts';
import { mainPaths, partnerPaths, type Vendor, vendorOf } from './vendors.ts';

export interface CameraSearchOptions {
  target: ProbeTarget;
  checklist: Checklist;
  guard: AddressGuard;
  signal: AbortSignal;
  /** Ports that are tried where the target names none. */
  ports: SearchPorts;
}

/** Where cameras listen. */
export interface SearchPorts {
  rtsp: readonly number[];
  rtsps: readonly number[];
  onvif: readonly number[];
}

/** The usual ports: 7447 and 7441 are those of UniFi. */
export const USUAL_PORTS: SearchPorts = {
  rtsp: [RTSP_SCHEMES.rtsp.port, 8554, 7447, 10_554],
  rtsps: [RTSP_SCHEMES.rtsps.port, 7441],
  onvif: ONVIF_PORTS,
};

/** More than the main and sub streams of a camera; a recorder may have hundreds. */
const MAX_STREAMS = 8;
/** Codes that came from the host itself, or from what is on its way to it on purpose. */
const HOST_ANSWERED: readonly ErrorCode[] = [
  'camera-refused',
  'camera-disconnected',
  'camera-protocol-error',
  'camera-tls-failed',
];

/** One search; closed by its owner. */
export class CameraSearch {
  readonly #options: CameraSearchOptions;
  readonly #finders = new Map<number, StreamFinder>();
  readonly #tried = new Set<string>();
  #port: number | undefined;
  #onvifPort: number | undefined;
  #findings: OnvifFindings | undefined;
  #signs: string[] = [];
  #found: DescribedStream[] = [];

  constructor(options: CameraSearchOptions) {
    this.#options = options;
  }

  /** Streams so far, the largest first where sizes are known. */
  get streams(): readonly DescribedStream[] {
    return this.#found;
  }

  /** Where the camera says that it gives still pictures. */
  get still(): HttpSource | undefined {
    const { host, username, password } = this.#options.target;
    const place = this.#findings?.still;
    return place && { kind: 'http', host, username, password, ...place };
  }

  /** What is known of the camera so far. */
  get device(): ProbedDevice {
    const { host } = this.#options.target;
    const vendor = this.#vendor;
    const ptz = vendor?.name === 'PTZOptics' ? ({ kind: 'ptzoptics' } as const) : this.#findings?.ptz;
    const name = this.#name;
    const model = this.#findings?.model || undefined;
    const port = this.#onvifPort === 80 ? '' : `:${this.#onvifPort}`;
    return {
      ip: host,
      ...(name && { vendor: name }),
      ...(model && { model }),
      ...(this.#onvifPort && { onvifUrl: `http://${formatHost(host)}${port}${ONVIF_PATH}` }),
      ...(ptz && { ptz }),
    };
  }

  /** Fills {@link streams}. @throws AppError `camera-*` for the step that failed */
  async run(): Promise<void> {
    await this.#reach();
    if (this.#port !== undefined) await this.#tryPath(this.#firstPath(), this.#port);
    await this.#askOnvif();
    await this.#tryOnvifStreams();
    if (this.#found.length === 0) await this.#tryKnownPaths();
    if (this.#found.length === 1) await this.#tryPartners();
    if (this.#found.length === 0) throw this.#nothing();
    this.#options.checklist.pass('streams');
  }

  /** Ends every connection. */
  close(): void {
    for (const finder of this.#finders.values()) finder.close();
  }

  /** Makes that share their software are told apart by ONVIF; it writes names in any case. */
  get #name(): string | undefined {
    const [told = '', known = ''] = [this.#findings?.vendor, this.#vendor?.name];
    return told.toLowerCase().includes(known.toLowerCase()) && known !== '' ? known : told || known;
  }

  get #vendor(): Vendor | undefined {
    const own = vendorOf([this.#findings?.vendor ?? ''].filter((word) => word !== ''));
    return own ?? vendorOf([...this.#signs, ...[...this.#finders.values()].flatMap(({ signs }) => signs)]);
  }

  /** Finds the ports that answer. */
  async #reach(): Promise<void> {
    const { target, checklist, guard, ports } = this.#options;
    const { port: named, web } = target;
    const usual = target.secure ? ports.rtsps : ports.rtsp;
    const told = [named, web?.port].filter((port) => port !== undefined);
    const [greeted, onvifPort] = await Promise.all([
      this.#greetAll(named === undefined ? usual : [named]),
      findOnvif(target.host, guard, [...new Set([...told, ...ports.onvif])]),
    ]);
    this.#onvifPort = onvifPort;
    // The named port was that of the camera's page, where ONVIF is.
    const isPage = greeted.port === undefined && onvifPort !== undefined && onvifPort === named;
    const { port, failures } = isPage ? await this.#greetAll(usual) : greeted;
    this.#port = port;
    const hasAnswer = failures.some(({ code }) => HOST_ANSWERED.includes(code));
    const first = failures[0] as AppError;
    if (port === undefined && onvifPort === undefined && !hasAnswer) throw first;
    checklist.pass('reachable');
    if (port !== undefined) checklist.pass('rtsp');
    else if (onvifPort === undefined) throw failures.find(({ code }) => code !== 'camera-refused') ?? first;
  }

  /** The first port that speaks RTSP, and why others do not. */
  async #greetAll(ports: readonly number[]): Promise<{ port: number | undefined; failures: AppError[] }> {
    const errors = await Promise.all(ports.map((port) => this.#greet(port)));
    const port = ports.find((_port, index) => errors[index] === undefined);
    return { port, failures: errors.filter((error) => error !== undefined) };
  }

  /** Sees whether RTSP answers, without the password: several ports may ask for it. */
  async #greet(port: number): Promise<AppError | undefined> {
    const { guard, signal } = this.#options;
    const source = { ...this.#sourceAt(port, this.#options.target.secure), username: '', password: '' };
    const finder = new StreamFinder({ source, guard, signal });
    try {
      await finder.greet();
      this.#signs.push(...finder.signs);
      return undefined;
    } catch (error) {
      return greetingError(error, port);
    } finally {
      finder.close();
    }
  }

  #firstPath(): string {
    return this.#options.target.path ?? (mainPaths(this.#vendor)[0] as string);
  }

  async #askOnvif(): Promise<void> {
    const { target, guard, signal, checklist } = this.#options;
    if (this.#onvifPort === undefined) return;
    try {
      this.#findings = await askOnvif(target, this.#onvifPort, { guard, signal });
      checklist.pass('reachable');
    } catch (error) {
      const isRefused = error instanceof AppError && error.code === 'control-unauthorized';
      const hasPassword = target.username !== '' || target.password !== '';
      const isKnownRight =
        this.#found.length > 0 || [...this.#finders.values()].some(({ isAccepted }) => isAccepted);
      // ONVIF may have users of its own; where RTSP has not taken the password yet, this was the one attempt.
      if (isRefused && hasPassword && !isKnownRight)
        throw new AppError('camera-unauthorized', 'The camera refuses these credentials', { cause: error });
    }
  }

  async #tryOnvifStreams(): Promise<void> {
    const { target } = this.#options;
    for (const { port, secure, path } of this.#findings?.streams ?? []) {
      // A port that the operator names may be forwarded to the one that the camera knows.
      const named = target.port === this.#onvifPort ? undefined : target.port;
      await this.#tryPath(path, named ?? port, secure);
    }
  }

  async #tryKnownPaths(): Promise<void> {
    const port = this.#port;
    if (port === undefined) return;
    for (let path = this.#nextMain(port); path !== undefined; path = this.#nextMain(port))
      if (await this.#tryPath(path, port)) return;
  }

  /** Chosen anew each time: an answer may have told the make. */
  #nextMain(port: number): string | undefined {
    return mainPaths(this.#vendor).find((path) => !this.#tried.has(`${port}${path}`));
  }

  async #tryPartners(): Promise<void> {
    const [first] = this.#found;
    if (first === undefined) return;
    for (const path of partnerPaths(first.source.path)) {
      if (this.#found.length > 1) return;
      await this.#tryPath(path, first.source.port, first.source.secure, (stream) => isOther(stream, first));
    }
  }

  /** @returns whether there is a stream */
  async #tryPath(
    path: string,
    port: number,
    secure = this.#options.target.secure,
    isWanted: (stream: DescribedStream) => boolean = () => true,
  ): Promise<boolean> {
    const key = `${port}${path}`;
    if (this.#tried.has(key) || this.#found.length >= MAX_STREAMS) return false;
    this.#tried.add(key);
    const finder = this.#finderAt(port, secure);
    const stream = await finder.describe(path);
    if (finder.isAccepted || stream !== undefined) this.#options.checklist.pass('password');
    if (stream === undefined || !isWanted(stream)) return false;
    this.#found.push(stream);
    return true;
  }

  #finderAt(port: number, secure: boolean): StreamFinder {
    const known = this.#finders.get(port);
    if (known !== undefined) return known;
    const { guard, signal } = this.#options;
    const finder = new StreamFinder({ source: this.#sourceAt(port, secure), guard, signal });
    this.#finders.set(port, finder);
    return finder;
  }

  #sourceAt(port: number, secure: boolean): RtspSource {
    const { host, username, password } = this.#options.target;
    return { kind: 'rtsp', secure, host, port, path: '/', username, password, transport: 'tcp' };
  }

  #nothing(): AppError {
    this.#options.checklist.pass('password');
    const [unusable] = [...this.#finders.values()].flatMap((finder) => finder.unusable ?? []);
    return unusable ?? new AppError('camera-path-not-found', 'No known stream path fits this camera');
  }
}

/** Some cameras have one stream, and answer with it at any path. */
function isOther({ video }: DescribedStream, { video: first }: DescribedStream): boolean {
  const isSame = video.codec === first.codec && video.parameterSets.equals(first.parameterSets);
  return !isSame || video.size?.width !== first.size?.width;
}

function greetingError(error: unknown, port: number): AppError {
  if (!(error instanceof AppError)) return new AppError('camera-unreachable', 'The camera is away');
  if (error.code !== 'camera-protocol-error') return error;
  return new AppError(error.code, `Port ${port} answers, but not in RTSP`, { cause: error });
}
