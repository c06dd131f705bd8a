/**
 * Encodings of frames. Each is made once per picture and sent to all subscribers
 * as the same bytes.
 */

/** A frame for subscribers: immutable bytes. */
export interface FramePayload {
  /** Bytes of one WebSocket message. */
  data: Buffer;
  /** Whether it is a binary message (else UTF-8 text). */
  binary: boolean;
}

/** Facts about a picture. */
export interface FrameFacts {
  cameraId: string;
  /** Capture time, Unix seconds. */
  timestamp: number;
  /** Counts the camera's frames from 1; restarts with a new connection to a new worker. */
  sequence: number;
  width: number;
  height: number;
}

/** First byte of a binary frame message. */
const BINARY_FRAME_VERSION = 1;
/** Second byte of a binary frame message with grey levels instead of a JPEG. */
const FLAG_LUMA = 1;
/** Bytes of the fixed part of a binary frame message, before the camera id. */
export const BINARY_FRAME_HEADER_BYTES = 20;

/** Bytes per base64 step; a multiple of 3, so that the pieces join without padding. */
const BASE64_CHUNK_BYTES = 24_576;

/** `{type:"frame"}` with the JPEG as base64: the default encoding. */
export function encodeBase64Frame(facts: FrameFacts, jpeg: Buffer): FramePayload {
  const head = `{"type":"frame","cameraId":${JSON.stringify(facts.cameraId)},"timestamp":${facts.timestamp},"sequence":${facts.sequence},"width":${facts.width},"height":${facts.height},"data":"`;
  const headBytes = Buffer.byteLength(head);
  const data = Buffer.allocUnsafe(headBytes + Math.ceil(jpeg.length / 3) * 4 + 2);
  data.write(head, 0, 'utf8');
  const end = writeBase64(jpeg, data, headBytes);
  data.write('"}', end, 'latin1');
  return { data, binary: false };
}

/** A whole picture as one string is a large object to V8: a few a second start full collections. */
function writeBase64(source: Buffer, target: Buffer, offset: number): number {
  let end = offset;
  for (let start = 0; start < source.length; start += BASE64_CHUNK_BYTES) {
    const text = source.toString('base64', start, start + BASE64_CHUNK_BYTES);
    end += target.write(text, end, 'latin1');
  }
  return end;
}

/**
 * One binary message: version u8, flags u8 (0), length of the camera id u16,
 * timestamp f64 (Unix seconds), sequence u32, width u16, height u16, camera id
 * (UTF-8), JPEG. All numbers big-endian.
 */
export function encodeBinaryFrame(facts: FrameFacts, jpeg: Buffer): FramePayload {
  const id = Buffer.from(facts.cameraId);
  const header = Buffer.alloc(BINARY_FRAME_HEADER_BYTES);
  header.writeUInt8(BINARY_FRAME_VERSION, 0);
  header.writeUInt16BE(id.length, 2);
  header.writeDoubleBE(facts.timestamp, 4);
  header.writeUInt32BE(facts.sequence >>> 0, 12);
  header.writeUInt16BE(facts.width, 16);
  header.writeUInt16BE(facts.height, 18);
  return { data: Buffer.concat([header, id, jpeg]), binary: true };
}

/** A binary message with {@link FLAG_LUMA}: rows of grey levels from the top, one byte a pixel, 0 black to 255 white. */
export function encodeLumaFrame(facts: FrameFacts, luma: Buffer): FramePayload {
  const { data, binary } = encodeBinaryFrame(facts, luma);
  data.writeUInt8(FLAG_LUMA, 1);
  return { data, binary };
}

/** Reads a binary frame message; the picture is a view, not a copy. Undefined for anything else. */
export function decodeBinaryFrame(
  message: Buffer,
): { facts: FrameFacts; isLuma: boolean; picture: Buffer } | undefined {
  if (message.length < BINARY_FRAME_HEADER_BYTES || message[0] !== BINARY_FRAME_VERSION) return undefined;
  const start = BINARY_FRAME_HEADER_BYTES + message.readUInt16BE(2);
  const facts = {
    cameraId: message.toString('utf8', BINARY_FRAME_HEADER_BYTES, start),
    timestamp: message.readDoubleBE(4),
    sequence: message.readUInt32BE(12),
    width: message.readUInt16BE(16),
    height: message.readUInt16BE(18),
  };
  return { facts, isLuma: message[1] === FLAG_LUMA, picture: message.subarray(start) };
}

/** The base64 message of a binary one; undefined for anything else. */
export function toBase64Frame({ data }: FramePayload): FramePayload | undefined {
  const frame = decodeBinaryFrame(data);
  return frame && encodeBase64Frame(frame.facts, frame.picture);
}

/** Whether a payload is a frame of this camera: what another network sends is not believed. */
export function isFrameOf(cameraId: string, { data, binary }: FramePayload): boolean {
  if (binary) return decodeBinaryFrame(data)?.facts.cameraId === cameraId;
  try {
    const message = JSON.parse(data.toString()) as { type?: unknown; cameraId?: unknown };
    return message.type === 'frame' && message.cameraId === cameraId;
  } catch {
    return false;
  }
}

/** `{type:"frame"}` without the picture, for clients that load `url` natively. */
export function encodeNotifyFrame(facts: FrameFacts, url: string): FramePayload {
  return { data: Buffer.from(JSON.stringify({ type: 'frame', ...facts, url })), binary: false };
}
