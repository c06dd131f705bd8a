/** Cameras of a gateway: the registry, the connections of this run, and their pictures. */
import type {
  Camera,
  CameraChanges,
  CameraDevice,
  CameraStatus,
  ConnectAnswer,
  ConnectRequest,
  DisconnectAnswer,
  DiscoveredCamera,
  Imaging,
  ImagingChanges,
  MotionLevel,
  NewCamera,
  ProbeAnswer,
  ProbeRequest,
  RtspService,
} from './api-types.ts';
import { type ProbeOptions, probeCamera } from './camera-probe.ts';
import type { CallOptions, HttpClient } from './http-client.ts';
import { followMotion } from './motion-levels.ts';
import { Ptz } from './ptz.ts';

/** Format of a picture. */
export interface PictureOptions {
  /** Pixels; the height follows. */
  width?: number;
  /** JPEG quality, 1 to 100. */
  quality?: number;
  /** Default 3000; `any` takes an old picture too. */
  maxAgeMs?: number | 'any';
}

/** A JPEG with its facts. */
export interface Snapshot {
  jpeg: Uint8Array;
  /** Capture time, Unix seconds. */
  timestamp: number;
  sequence: number;
  ageMs: number;
}

/** Connecting waits for the first frame, at most 10 s. */
const CONNECT_TIMEOUT_MS = 20_000;

/** Calls under `/api/cameras`; all throw {@link GatewayError}. */
export class Cameras {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  list(options: CallOptions & { limit?: number; cursor?: string } = {}): Promise<Camera[]> {
    const { limit, cursor, ...call } = options;
    return this.#http.json('/api/cameras', { ...call, query: { limit, cursor } });
  }

  get(id: string, call: CallOptions = {}): Promise<Camera> {
    return this.#http.json(pathOf(id), call);
  }

  /** Stores a camera; the gateway keeps it connected from now on. */
  create(camera: NewCamera, call: CallOptions = {}): Promise<Camera> {
    return this.#http.json('/api/cameras', { ...call, method: 'POST', json: camera });
  }

  update(id: string, changes: CameraChanges, call: CallOptions = {}): Promise<Camera> {
    return this.#http.json(pathOf(id), { ...call, method: 'PATCH', json: changes });
  }

  delete(id: string, call: CallOptions = {}): Promise<void> {
    return this.#http.json(pathOf(id), { ...call, method: 'DELETE' });
  }

  /** Connects a camera for this run of the gateway; resolves once its first frame is there. */
  connect(camera: ConnectRequest, call: CallOptions = {}): Promise<ConnectAnswer> {
    const timeoutMs = call.timeoutMs ?? CONNECT_TIMEOUT_MS;
    return this.#http.json('/api/cameras/connect', { ...call, timeoutMs, method: 'POST', json: camera });
  }

  /** Finds the streams of a camera of which only address, user and password are known; takes up to a minute. */
  probe(camera: ProbeRequest, options: ProbeOptions = {}): Promise<ProbeAnswer> {
    return probeCamera(this.#http, camera, options);
  }

  /** Finds the ONVIF cameras of the gateway's networks, or of an agent's; takes three seconds. */
  discover({ agent, ...call }: CallOptions & { agent?: string } = {}): Promise<DiscoveredCamera[]> {
    const json = agent === undefined ? {} : { agent };
    return this.#http.json('/api/cameras/discover', { ...call, method: 'POST', json });
  }

  disconnect(cameraId: string, call: CallOptions = {}): Promise<DisconnectAnswer> {
    return this.#http.json('/api/cameras/disconnect', { ...call, method: 'POST', json: { cameraId } });
  }

  status(id: string, call: CallOptions = {}): Promise<CameraStatus> {
    return this.#http.json(`${pathOf(id)}/status`, call);
  }

  /** State of the worker processes that run cameras. */
  service(call: CallOptions = {}): Promise<RtspService> {
    return this.#http.json('/api/cameras/status', call);
  }

  /** The newest picture; an old one is an error unless `maxAgeMs` allows it. */
  snapshot(id: string, options: CallOptions & PictureOptions = {}): Promise<Snapshot> {
    const { signal, timeoutMs, ...query } = options;
    return this.#http.read(`${pathOf(id)}/frame`, { signal, timeoutMs, query }, async (response) => ({
      jpeg: new Uint8Array(await response.arrayBuffer()),
      timestamp: Number(response.headers.get('x-frame-timestamp')),
      sequence: Number(response.headers.get('x-frame-sequence')),
      ageMs: Number(response.headers.get('x-frame-age-ms')),
    }));
  }

  /**
   * How much of the picture changes, for each analysed picture, until aborted: to choose the sensitivity
   * and the smallest area by. @throws GatewayError
   */
  motion(id: string, call: Pick<CallOptions, 'signal'> = {}): AsyncGenerator<MotionLevel> {
    return followMotion(this.#http, id, call);
  }

  /** Who made a camera, by ONVIF. */
  device(id: string, call: CallOptions = {}): Promise<CameraDevice> {
    return this.#http.json(`${pathOf(id)}/device`, call);
  }

  /** How the picture of a camera is set, by ONVIF. */
  imaging(id: string, call: CallOptions = {}): Promise<Imaging> {
    return this.#http.json(`${pathOf(id)}/imaging`, call);
  }

  /** Sets the picture of a camera; what is not named stays. */
  changeImaging(id: string, changes: ImagingChanges, call: CallOptions = {}): Promise<Imaging> {
    return this.#http.json(`${pathOf(id)}/imaging`, { ...call, method: 'PATCH', json: changes });
  }

  /** Restarts a camera; the gateway connects it again by itself. */
  reboot(id: string, call: CallOptions = {}): Promise<void> {
    return this.#http.json(`${pathOf(id)}/reboot`, { ...call, method: 'POST' });
  }

  /** Pan, tilt, zoom, focus and presets of a camera with `ptz`. */
  ptz(id: string): Ptz {
    return new Ptz(this.#http, pathOf(id));
  }

  /** The address of the newest picture, for image views. */
  snapshotUrl(id: string, picture: PictureOptions = {}): string {
    return this.#http.url(`${pathOf(id)}/frame`, { ...picture });
  }

  /** The address of a live playlist (low-latency HLS) for a native player; see `GatewayClient.hlsSource`. */
  hlsUrl(id: string): string {
    return this.#http.url(`/hls/${encodeURIComponent(id)}/index.m3u8`);
  }

  /** The address of an MJPEG stream for `<img>`, where no script may run. */
  mjpegUrl(id: string, options: { fps?: number; width?: number; quality?: number } = {}): string {
    return this.#http.url(`${pathOf(id)}/stream.mjpeg`, options);
  }
}

function pathOf(id: string): string {
  return `/api/cameras/${encodeURIComponent(id)}`;
}
