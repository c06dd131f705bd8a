/** Camera streams, video uploads, and their deliveries to the analysis backend. */
import type {
  CameraStream,
  Delivery,
  DeliveryPage,
  DeliveryStatus,
  StoredCameraStream,
} from './api-types.ts';
import type { CallOptions, HttpClient } from './http-client.ts';
import type { NewCameraStream, NewVideo } from './request-types.ts';

/** A large video over a phone's connection. */
const UPLOAD_TIMEOUT_MS = 30 * 60_000;
const PATH = '/api/camera-streams';

/** Calls under `/api/camera-streams`; all throw {@link GatewayError}. */
export class CameraStreams {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  list(call: CallOptions = {}): Promise<CameraStream[]> {
    return this.#http.json(PATH, call);
  }

  get(cameraId: string, call: CallOptions = {}): Promise<CameraStream> {
    return this.#http.json(`${PATH}/${encodeURIComponent(cameraId)}`, call);
  }

  /** Stores a stream; resolves immediately, the analysis backend gets it later. */
  add(stream: NewCameraStream, call: CallOptions = {}): Promise<StoredCameraStream> {
    return this.#http.json(PATH, { ...call, method: 'POST', json: { ...stream, streamType: 'rtsp' } });
  }

  /** Uploads a video. */
  addVideo(video: NewVideo, call: CallOptions = {}): Promise<StoredCameraStream> {
    const form = new FormData();
    form.append('cameraId', video.cameraId);
    if (video.cameraDescription !== undefined) form.append('cameraDescription', video.cameraDescription);
    form.append('streamType', 'video');
    appendFile(form, video);
    const timeoutMs = call.timeoutMs ?? UPLOAD_TIMEOUT_MS;
    return this.#http.json(PATH, { ...call, timeoutMs, method: 'POST', form });
  }

  delete(cameraId: string, call: CallOptions = {}): Promise<void> {
    return this.#http.json(`${PATH}/${encodeURIComponent(cameraId)}`, { ...call, method: 'DELETE' });
  }
}

/** Calls under `/api/deliveries`; all throw {@link GatewayError}. */
export class Deliveries {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Newest first. */
  list(
    options: CallOptions & {
      status?: DeliveryStatus;
      cameraId?: string;
      limit?: number;
      cursor?: string;
    } = {},
  ): Promise<DeliveryPage> {
    const { signal, timeoutMs, ...query } = options;
    return this.#http.json('/api/deliveries', { signal, timeoutMs, query });
  }

  /** Retries a parked one. */
  retry(id: string, call: CallOptions = {}): Promise<{ success: true; delivery: Delivery }> {
    const path = `/api/deliveries/${encodeURIComponent(id)}/retry`;
    return this.#http.json(path, { ...call, method: 'POST' });
  }
}

function appendFile(form: FormData, { file, name }: NewVideo): void {
  // React Native's FormData takes a description of the file and reads it natively.
  if (!(file instanceof Blob)) form.append('file', file as unknown as Blob);
  else if (name === undefined) form.append('file', file);
  else form.append('file', file, name);
}
