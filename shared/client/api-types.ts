/**
 * What the gateway takes and answers, for apps that compile without the server's
 * packages. Tests hold every type against the answers of a real gateway. Members
 * that are not named here may be there too. `timestamp` and names ending in `At`
 * are Unix seconds where they are numbers and ISO 8601 where they are strings.
 */

/** Which kinds of analysis run for a camera. */
export interface AnalysisSwitches {
  motion: boolean;
  persons: boolean;
  faces: boolean;
  /** 1 sees large, clear changes only; 100 sees the faintest. */
  sensitivity?: number;
  /** Smallest moving area, as a share of the picture. */
  minArea?: number;
  /** Areas in which nothing counts, as corners in shares of width and height. */
  masks?: [number, number][][];
  /** Persons and faces are looked for this often without motion, too. */
  everySeconds?: number;
  /** Persons and faces are looked for in every Nth of the pictures that motion looks at, without motion, too. */
  everyFrames?: number;
  /** Lowest score that counts for persons and faces. */
  minScore?: number;
}

/** A camera; never with its password. */
export interface Camera {
  id: string;
  name: string;
  location: string;
  /** Password masked. */
  rtspUrl: string;
  /** Addresses are paths of the gateway. */
  webrtcUrl: string;
  frameUrl: string;
  mjpegUrl: string;
  /** `rtsp`, or `video` for an uploaded one that is played. */
  sourceType: string;
  hasPassword: boolean;
  enabled: boolean;
  analysis: AnalysisSwitches;
  /** `registry`, `file`, `connected` or `demo`. */
  origin: string;
  isDemo: boolean;
}

/** Where a camera's video comes from: one of `url`, `ip` and `video`. */
export interface CameraAddress {
  /** `rtsp://` or `rtsps://`, with credentials or without. */
  url?: string;
  ip?: string;
  port?: number;
  username?: string;
  password?: string;
  streamPath?: string;
  transport?: 'tcp' | 'udp';
  /** RTSP over TLS. */
  secure?: boolean;
  /** Id of an uploaded camera stream. */
  video?: string;
}

/** What can be changed of a camera in the registry. */
export interface CameraChanges extends CameraAddress {
  name?: string;
  location?: string;
  /** A camera that is not enabled is known but not connected. */
  enabled?: boolean;
  analysis?: Partial<AnalysisSwitches>;
}

/** A camera to be kept connected for ever. */
export interface NewCamera extends CameraChanges {
  /** Chosen by the gateway where absent. */
  id?: string;
}

/** A camera to be connected for this run of the gateway; give `url` or `ip`. */
export interface ConnectRequest {
  cameraId: string;
  url?: string;
  ip?: string;
  /** `admin` unless given. */
  username?: string;
  /** `admin` unless given. */
  password?: string;
  /** `/1` unless given. */
  streamPath?: string;
  /** 554 unless given. */
  port?: number;
  transport?: 'tcp' | 'udp';
  name?: string;
  location?: string;
}

export interface ConnectAnswer {
  success: true;
  cameraId: string;
  message: string;
}

export interface DisconnectAnswer {
  success: true;
  message: string;
}

/** How a camera is now. */
export interface CameraStatus {
  cameraId: string;
  /** Whether a frame came within the last 3 s. */
  connected: boolean;
  state: string;
  /** Frames per second over the last seconds. */
  frameRate: number;
  lastFrameTime: number | null;
  frameCount: number;
  codec: string | null;
  width: number | null;
  height: number | null;
  viewers: number;
  /** Stable code of why it is not live. */
  reason?: string;
  /** The same as a sentence. */
  detail?: string;
  /** What a person can do about it. */
  hint?: string;
  nextRetryAt?: number;
}

/** One process of the gateway. */
export interface WorkerStatus {
  name: string;
  state: string;
  port?: number;
  pid?: number;
  restarts: number;
  since: string;
  flapping: boolean;
  /** Resident set size, bytes. */
  rss?: number;
}

/** The processes that run cameras, as one service. */
export interface RtspService {
  running: boolean;
  port: number | null;
  baseUrl: string | null;
  ready: number;
  total: number;
  workers: WorkerStatus[];
}

/** How the gateway is. */
export interface Health {
  status: 'ok' | 'degraded' | 'draining';
  services: { express: string; rtsp: RtspService; [name: string]: unknown };
  /** Seconds. */
  uptime: number;
  timestamp: string;
}

/** A device of any source. */
export interface Device {
  device_key: string;
  device_type: string;
  /** Who told of it: `gateway` or `mediamtx`. */
  source: string;
  last_seen: string;
  is_active: boolean;
  /** JSON text of {@link DeviceMetadata}. */
  device_metadata: string;
  created_at: string;
  updated_at: string;
}

/** What `device_metadata` holds. */
export interface DeviceMetadata {
  name: string;
  ready: boolean;
  source_ready: boolean;
  tracks: string[];
  readers: unknown[];
  reader_count: number;
  whep_url: string | null;
  state: string;
  [more: string]: unknown;
}

/** A stream that the analysis backend is told of. */
export interface CameraStream {
  cameraId: string;
  cameraDescription: string | null;
  streamType: 'rtsp' | 'video';
  /** Password masked; null for uploads. */
  rtspUrl: string | null;
  /** Absolute; null for RTSP, and for a video that was removed. */
  videoUrl: string | null;
  videoBytes: number | null;
  /** When an upload made room for newer ones; null while it is there. */
  videoRemovedAt: string | null;
  createdAt: string;
}

/** A stream that was stored just now. */
export interface StoredCameraStream extends CameraStream {
  success: true;
}

/** A stream to be stored. */
export interface NewCameraStream {
  cameraId: string;
  cameraDescription?: string;
  rtspUrl: string;
}

/** A file to be uploaded: a `Blob` or `File`, or what React Native's pickers give. */
export type UploadFile = Blob | { uri: string; name: string; type: string };

/** A video to be uploaded. */
export interface NewVideo {
  cameraId: string;
  cameraDescription?: string;
  file: UploadFile;
  /** Of the file; needed for a `Blob` that has none. */
  name?: string;
}

export type DeliveryStatus = 'pending' | 'delivered' | 'parked';

/** One message to the analysis backend. */
export interface Delivery {
  id: string;
  cameraId: string;
  status: DeliveryStatus;
  attempts: number;
  nextAttemptAt: string | null;
  lastStatus: number | null;
  lastError: string | null;
  lastResponse: string | null;
  /** Passwords masked; null when it cannot be read any more. */
  payload: DeliveryPayload | null;
  createdAt: string;
  updatedAt: string;
  deliveredAt: string | null;
}

/** What the analysis backend is told. */
export interface DeliveryPayload {
  camera_id: string;
  camera_description: string | null;
  stream_type: 'rtsp' | 'video';
  rtsp_url: string | null;
  video_url: string | null;
}

export interface DeliveryPage {
  deliveries: Delivery[];
  /** The `cursor` of the next page; null on the last one. */
  nextCursor: string | null;
}
