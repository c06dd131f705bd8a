/**
 * The client for apps: one object for REST calls and live frames, in React Native
 * (Expo), browsers and Node 20 or newer, without dependencies.
 */
import { Agents } from './agents.ts';
import type { Health, Principal } from './api-types.ts';
import { CameraStreams, Deliveries } from './camera-streams.ts';
import type { CameraWatch, FrameConsumer, WatchOptions } from './camera-watch.ts';
import { Cameras } from './cameras.ts';
import { Devices } from './devices.ts';
import { Events } from './events.ts';
import { type FrameEncoding, FrameStream, type StreamTimings } from './frame-stream.ts';
import { type CallOptions, HttpClient, type TokenSource } from './http-client.ts';
import { Keys } from './keys.ts';
import { Moondream } from './moondream.ts';
import {
  type AppStateLike,
  createPeer,
  type FetchLike,
  isReactNative,
  type NetworkWatch,
  openSocket,
  type SocketLike,
  watchPageNetwork,
  watchVisibility,
} from './platform.ts';
import { Reason } from './reason.ts';
import { Recordings } from './recordings.ts';
import { takeTicket } from './socket-address.ts';
import { Watches } from './watches.ts';
import { type CameraVideo, type WhepOptions, WhepVideo } from './whep.ts';

// The public names of the package.
export type * from './api-types.ts';
export type { CameraWatch, FrameConsumer, WatchOptions } from './camera-watch.ts';
export type { PictureOptions, Snapshot } from './cameras.ts';
export type { EventFilter, LiveEventFilter } from './events.ts';
export type { DetectedObject, Detections, Frame } from './frame.ts';
export { CLIENT_CODES, GatewayError } from './gateway-error.ts';
export type { CallOptions, TokenSource } from './http-client.ts';
export type { MoondreamPiece } from './moondream.ts';
export { type PairedGateway, type PairOptions, pair } from './pairing.ts';
export type { AppStateLike, FetchLike, NetworkWatch, PeerLike } from './platform.ts';
export type { HeldMove, Ptz, PtzVelocity } from './ptz.ts';
export type { WatchFault, WatchState } from './watch-state.ts';
export type { CameraVideo, VideoState, WhepOptions } from './whep.ts';

/** A source for expo-video's player. */
export interface HlsSource {
  uri: string;
  contentType: 'hls';
  headers: Record<string, string>;
}

export interface GatewayClientOptions {
  /** `https://example.org`, with the path of the gateway if it has one. */
  baseUrl: string;
  /** Sent as a header, never in an address; a ticket replaces it where no header can be sent. */
  token?: TokenSource;
  /** Default: the platform's. `fetch` of `expo/fetch` streams responses in React Native. */
  fetch?: FetchLike;
  /** Default: the platform's. */
  openSocket?: (url: string, headers: Record<string, string>) => SocketLike;
  /** `AppState` of React Native: frames stop in the background. Browsers need none. */
  appState?: AppStateLike;
  /** Reports when the network returns, for example from NetInfo. Browsers need none. */
  network?: NetworkWatch;
  /** Default: `notify` in React Native, whose sockets hand binary over as base64; else `binary`. */
  encoding?: FrameEncoding;
  timings?: Partial<StreamTimings>;
}

/** Client of one gateway. */
export class GatewayClient {
  readonly cameras: Cameras;
  readonly cameraStreams: CameraStreams;
  readonly deliveries: Deliveries;
  readonly devices: Devices;
  readonly events: Events;
  readonly keys: Keys;
  /** Agents on other networks. */
  readonly agents: Agents;
  readonly moondream: Moondream;
  readonly reason: Reason;
  readonly recordings: Recordings;
  readonly watches: Watches;
  readonly #http: HttpClient;
  readonly #frames: FrameStream;

  constructor(options: GatewayClientOptions) {
    const { baseUrl, token, fetch } = options;
    this.#http = new HttpClient({ baseUrl, token, fetch });
    this.cameras = new Cameras(this.#http);
    this.cameraStreams = new CameraStreams(this.#http);
    this.deliveries = new Deliveries(this.#http);
    this.devices = new Devices(this.#http);
    this.events = new Events(this.#http);
    this.keys = new Keys(this.#http);
    this.agents = new Agents(this.#http);
    this.moondream = new Moondream(this.#http);
    this.reason = new Reason(this.#http);
    this.recordings = new Recordings(this.#http);
    this.watches = new Watches(this.#http);
    this.#frames = new FrameStream({
      http: this.#http,
      encoding: options.encoding ?? (isReactNative() ? 'notify' : 'binary'),
      openSocket: options.openSocket ?? openSocket,
      visibility: watchVisibility(options.appState),
      network: options.network ?? watchPageNetwork,
      timings: options.timings,
    });
  }

  /** Who the gateway takes this client for. @throws GatewayError */
  access(call: CallOptions = {}): Promise<Principal> {
    return this.#http.json('/api/auth', call);
  }

  /** Health of the gateway; `degraded` is no error. @throws GatewayError */
  health(call: CallOptions = {}): Promise<Health> {
    return this.#http.json('/health', call);
  }

  /** Shows the simulated cameras again, where there are no others. @throws GatewayError `camera-exists` */
  async showDemo(call: CallOptions = {}): Promise<void> {
    await this.#http.json('/api/demo', { ...call, method: 'POST', json: {} });
  }

  /**
   * Calls `consume` with the newest frame of a camera until closed, across reconnects. Waits for a
   * camera that is offline or unknown; the watch's state says what it waits for.
   */
  watchCamera(cameraId: string, options: WatchOptions, onFrame: FrameConsumer): CameraWatch {
    return this.#frames.watch(cameraId, options, onFrame);
  }

  /** Live video of a camera as a source for expo-video: `useVideoPlayer(await client.hlsSource('1'))`. */
  async hlsSource(cameraId: string): Promise<HlsSource> {
    const uri = this.cameras.hlsUrl(cameraId);
    return { uri, contentType: 'hls', headers: await this.#http.authHeaders() };
  }

  /**
   * Plays live video of a camera by WebRTC (WHEP) until closed, across losses of the connection.
   * The type of the stream is the one that `onStream` takes; React Native needs `createPeer`, too.
   */
  playWhep<Stream>(cameraId: string, options: WhepOptions<Stream>): CameraVideo {
    return new WhepVideo(this.#http, cameraId, options, createPeer);
  }

  /** Headers for an image view that loads from the gateway. */
  imageHeaders(): Promise<Record<string, string>> {
    return this.#http.authHeaders();
  }

  /**
   * An address for elements that cannot send headers (`<img>`, `<video>`): with a ticket that is valid
   * for a few minutes. Unchanged without a token. @throws GatewayError
   */
  async withTicket(url: string): Promise<string> {
    if ((await this.#http.token()) === undefined) return url;
    const path = url.slice(url.startsWith('/') ? 0 : this.#http.baseUrl.length).split('?')[0] as string;
    const ticket = await takeTicket(this.#http, path);
    return `${url}${url.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(ticket)}`;
  }

  /** Closes the socket until resumed; watches stay. Happens by itself in the background. */
  pause(): void {
    this.#frames.pause();
  }

  resume(): void {
    this.#frames.resume();
  }

  /** Closes every watch. */
  close(): void {
    this.#frames.close();
  }
}
