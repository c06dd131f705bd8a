/** Misbehaviour of cameras, switched on per path while the server runs. */
import { randomBytes, randomInt } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { RtpPayload } from '#shared/media/rtp/payload.ts';

/** Stands for every path; `refuse` on it ends connections before they can ask. */
export const ANY_PATH = '*';

const DEFAULT_CORRUPT_SHARE = 0.1;
const DEFAULT_HUGE_SDP_BYTES = 100_000_000;

/** All faults, by the field `fault`. */
export const faultSchema = z.discriminatedUnion('fault', [
  /** Everything is answered, but no media is sent. */
  z.strictObject({ fault: z.literal('stall') }),
  /** Open connections of the path are reset, once; new ones work. */
  z.strictObject({ fault: z.literal('drop') }),
  /** Connections are reset at their first request for the path. */
  z.strictObject({ fault: z.literal('refuse') }),
  /** Requests are read and never answered. */
  z.strictObject({ fault: z.literal('silent') }),
  /** Answers come late. */
  z.strictObject({ fault: z.literal('delay'), ms: z.number().min(0).max(600_000) }),
  /** Answers are bytes that are not RTSP. */
  z.strictObject({ fault: z.literal('garbage') }),
  /** Answers begin with a header that never ends. */
  z.strictObject({ fault: z.literal('endless-header') }),
  /** All credentials are refused. */
  z.strictObject({ fault: z.literal('unauthorized') }),
  z.strictObject({ fault: z.literal('not-found') }),
  /** 302 to another address. */
  z.strictObject({ fault: z.literal('redirect'), location: z.string().min(1) }),
  /** The description is `bytes` long. */
  z.strictObject({
    fault: z.literal('huge-sdp'),
    bytes: z.number().int().min(1).default(DEFAULT_HUGE_SDP_BYTES),
  }),
  /** The description offers audio only. */
  z.strictObject({ fault: z.literal('no-video') }),
  /** Asked for its sound, the camera refuses, says nothing or ends the connection. */
  z.strictObject({ fault: z.literal('bad-audio'), how: z.enum(['refuse', 'silent', 'drop']) }),
  /** Bytes of a share of the packets are changed on their way. */
  z.strictObject({
    fault: z.literal('corrupt'),
    share: z.number().gt(0).max(1).default(DEFAULT_CORRUPT_SHARE),
  }),
  /** Clients start in the middle of a group of pictures, and a keyframe comes only every `seconds`. */
  z.strictObject({ fault: z.literal('slow-keyframes'), seconds: z.number().gt(0).max(600) }),
]);

/** A fault with its values. */
export type Fault = z.infer<typeof faultSchema>;
/** A fault as given: values with defaults may be left out. */
export type FaultInput = z.input<typeof faultSchema>;
export type FaultKind = Fault['fault'];
type FaultOf<K extends FaultKind> = Extract<Fault, { fault: K }>;

/** Faults that are on; a path can have several simultaneously. */
export class FaultBoard {
  readonly #byPath = new Map<string, Map<FaultKind, Fault>>();

  /** Switches a fault on, in place of one of the same kind. */
  set(path: string, fault: Fault): void {
    const faults = this.#byPath.get(path) ?? new Map<FaultKind, Fault>();
    this.#byPath.set(path, faults.set(fault.fault, fault));
  }

  /** Switches off one kind, or all faults of a path, or all there are. */
  clear(path?: string, kind?: FaultKind): void {
    if (path === undefined) this.#byPath.clear();
    else if (kind === undefined) this.#byPath.delete(path);
    else this.#byPath.get(path)?.delete(kind);
  }

  /** The fault of a kind that holds for a path, if it is on. */
  find<K extends FaultKind>(path: string, kind: K): FaultOf<K> | undefined {
    const fault = this.#byPath.get(path)?.get(kind) ?? this.#byPath.get(ANY_PATH)?.get(kind);
    return fault as FaultOf<K> | undefined;
  }

  /** Everything that is on, by path. */
  list(): Record<string, readonly Fault[]> {
    const listed = [...this.#byPath].map(([path, faults]) => [path, [...faults.values()]] as const);
    return Object.fromEntries(listed.filter(([, faults]) => faults.length > 0));
  }
}

const GARBAGE_BYTES = 512;
const STREAM_CHUNK_BYTES = 16 * 1024;
const MAX_FLIPPED_BYTES = 8;

/** Random bytes that are not RTSP. */
export function garbage(): Buffer {
  return Buffer.concat([Buffer.from([0x00, 0xff]), randomBytes(GARBAGE_BYTES)]);
}

/** The head of an answer that never ends. */
export function endlessHeader(cseq: string): Readable {
  return Readable.from(
    (function* () {
      yield `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n`;
      for (;;) yield `X-Padding: ${'x'.repeat(STREAM_CHUNK_BYTES)}`;
    })(),
    { objectMode: false },
  );
}

/** An answer whose description has `bytes` bytes; made while it is sent. */
export function hugeDescription(cseq: string, bytes: number): Readable {
  const head = `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nContent-Type: application/sdp\r\nContent-Length: ${bytes}\r\n\r\n`;
  return Readable.from(
    (function* () {
      yield head;
      for (let left = bytes; left > 0; left -= STREAM_CHUNK_BYTES) {
        yield 'a'.repeat(Math.min(left, STREAM_CHUNK_BYTES));
      }
    })(),
    { objectMode: false },
  );
}

/** Changes a few bytes in a share of the payloads; the originals stay as they are. */
export function corruptPayloads(payloads: readonly RtpPayload[], share: number): RtpPayload[] {
  return payloads.map((payload) => (Math.random() < share ? withFlippedBytes(payload) : payload));
}

function withFlippedBytes({ prefix, body }: RtpPayload): RtpPayload {
  const changed = Buffer.from(body);
  const count = changed.length === 0 ? 0 : randomInt(1, MAX_FLIPPED_BYTES + 1);
  for (let n = 0; n < count; n += 1) {
    const at = randomInt(changed.length);
    changed[at] = (changed[at] as number) ^ randomInt(1, 256);
  }
  return { prefix, body: changed };
}
