/** Looks at payloads of H.264 and H.265 as RFC 6184 and RFC 7798 have them. */
import type { Outgoing } from './script.ts';

const H264_FU = 28;
const HEVC_FU = 49;

/** `nal_unit_type` of H.264, of a fragment too. */
export function typeOf({ payload }: Pick<Outgoing, 'payload'>): number {
  const type = (payload[0] as number) & 0x1f;
  return type === H264_FU ? (payload[1] as number) & 0x1f : type;
}

/** Whether an H.264 payload is a fragment. */
export function isFragment({ payload }: Pick<Outgoing, 'payload'>): boolean {
  return ((payload[0] as number) & 0x1f) === H264_FU;
}

/** Whether an H.264 payload holds a part of a picture. */
export function isSlice(packet: Pick<Outgoing, 'payload'>): boolean {
  return typeOf(packet) >= 1 && typeOf(packet) <= 5;
}

/** Whether an H.264 payload ends its NAL unit. */
export function isEnd(packet: Pick<Outgoing, 'payload'>): boolean {
  return !isFragment(packet) || ((packet.payload[1] as number) & 0x40) !== 0;
}

/** Whether an H.265 payload is a fragment. */
export function isHevcFragment({ payload }: Pick<Outgoing, 'payload'>): boolean {
  return (((payload[0] as number) >> 1) & 0x3f) === HEVC_FU;
}

/** `nal_unit_type` of H.265, of a fragment too. */
export function hevcTypeOf(packet: Pick<Outgoing, 'payload'>): number {
  const type = ((packet.payload[0] as number) >> 1) & 0x3f;
  return type === HEVC_FU ? (packet.payload[2] as number) & 0x3f : type;
}

/** A whole NAL unit of H.264 as one FU-A with these flags. */
export function asFragment(nal: Buffer, flags: number): Buffer {
  const first = nal[0] as number;
  return Buffer.concat([Buffer.from([(first & 0xe0) | H264_FU, flags | (first & 0x1f)]), nal.subarray(1)]);
}

/** A whole NAL unit of H.265 as one fragmentation unit with these flags. */
export function asHevcFragment(nal: Buffer, flags: number): Buffer {
  const [first = 0, second = 0] = nal;
  const head = Buffer.from([(first & 0x81) | (HEVC_FU << 1), second, flags | ((first >> 1) & 0x3f)]);
  return Buffer.concat([head, nal.subarray(2)]);
}

/** A copy with another byte at a place. */
export function withByte(payload: Buffer, at: number, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(payload);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}

/** An aggregate of whole NAL units (RFC 6184 section 5.7.1, RFC 7798 section 4.4.2). */
export function aggregate(head: Buffer, nals: readonly Buffer[]): Buffer {
  return Buffer.concat([
    head,
    ...nals.flatMap((nal) => [Buffer.from([nal.length >> 8, nal.length & 0xff]), nal]),
  ]);
}

/** NAL units with start codes between them, under the header of the first. */
export function joined(nals: readonly Buffer[]): Buffer {
  return Buffer.concat(
    nals.flatMap((nal, index) => (index === 0 ? [nal] : [Buffer.from([0, 0, 0, 1]), nal])),
  );
}
