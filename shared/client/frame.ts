/** Parses the server's messages on `/ws`, without anything that only Node has. */

/** A frame of a camera, with its bytes or the path to load it from. */
export interface Frame {
  cameraId: string;
  /** Capture time, Unix seconds. */
  timestamp: number;
  /** Counts the camera's frames; restarts with its process. */
  sequence: number;
  width: number;
  height: number;
  /** The picture; absent where pictures load natively. */
  jpeg: Uint8Array<ArrayBuffer> | undefined;
  /** Absolute address of this picture while the gateway keeps it; absent if `jpeg` is present. */
  url: string | undefined;
}

/** A detected object. */
export interface DetectedObject {
  /** `motion`, or a label of the model. */
  label: string;
  score: number;
  /** x, y, width, height from 0 to 1. */
  box: [number, number, number, number];
  /** Constant while the object is tracked. */
  trackId: number;
}

/** All objects in one frame; an empty list follows the last object. */
export interface Detections {
  cameraId: string;
  /** Capture time of the frame, Unix seconds. */
  timestamp: number;
  objects: DetectedObject[];
}

/** A parsed message of the server. */
export type ServerMessage =
  | { type: 'frame'; frame: Frame }
  | { type: 'detections'; detections: Detections }
  | { type: 'error'; code: string; message: string; cameraId: string | undefined }
  | { type: 'pong' };

const BINARY_VERSION = 1;
/** Version u8, flags u8, id length u16, timestamp f64, sequence u32, width u16, height u16; big-endian. */
const HEADER_BYTES = 20;

/** Parses a message; undefined for an unknown one. @param baseUrl base of relative paths */
export function parseMessage(data: unknown, baseUrl: string): ServerMessage | undefined {
  if (data instanceof ArrayBuffer) {
    const frame = parseBinaryFrame(data);
    return frame === undefined ? undefined : { type: 'frame', frame };
  }
  const message = typeof data === 'string' ? parseObject(data) : undefined;
  if (message === undefined) return undefined;
  if (message.type === 'pong') return { type: 'pong' };
  if (message.type === 'frame') return parseNotification(message, baseUrl);
  if (message.type === 'error') {
    const cameraId = message.cameraId === undefined ? undefined : String(message.cameraId);
    return { type: 'error', code: String(message.code), message: String(message.message), cameraId };
  }
  if (message.type !== 'detections' || !Array.isArray(message.objects)) return undefined;
  return { type: 'detections', detections: message as unknown as Detections };
}

function parseBinaryFrame(message: ArrayBuffer): Frame | undefined {
  if (message.byteLength < HEADER_BYTES) return undefined;
  const view = new DataView(message);
  const start = HEADER_BYTES + view.getUint16(2);
  if (view.getUint8(0) !== BINARY_VERSION || start > message.byteLength) return undefined;
  return {
    cameraId: new TextDecoder().decode(new Uint8Array(message, HEADER_BYTES, start - HEADER_BYTES)),
    timestamp: view.getFloat64(4),
    sequence: view.getUint32(12),
    width: view.getUint16(16),
    height: view.getUint16(18),
    jpeg: new Uint8Array(message, start),
    url: undefined,
  };
}

function parseNotification(message: Record<string, unknown>, baseUrl: string): ServerMessage | undefined {
  const { cameraId, timestamp, sequence, width, height, url } = message;
  if (typeof url !== 'string' || typeof cameraId !== 'string') return undefined;
  const facts = { timestamp: Number(timestamp), sequence: Number(sequence) };
  const size = { width: Number(width), height: Number(height) };
  const address = url.startsWith('/') ? `${baseUrl}${url}` : url;
  return { type: 'frame', frame: { cameraId, ...facts, ...size, jpeg: undefined, url: address } };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
