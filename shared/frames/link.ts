/**
 * The link between gateway and worker: one WebSocket for all subscriptions of that
 * worker. The gateway sends JSON text; frames come back as binary messages whose first
 * bytes name the subscription, so that the gateway forwards the rest without
 * reading it.
 */
import { z } from 'zod';
import type { FramePayload } from './payload.ts';
import { frameRequestSchema } from './subscription.ts';

/** Path of the link on a worker. */
export const LINK_PATH = '/internal/link';

/** Gateway to worker. `id` is chosen by the gateway and unique per link. */
export const linkMessageSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('open'), id: z.number().int().min(1), request: frameRequestSchema }),
  z.object({ op: z.literal('close'), id: z.number().int().min(1) }),
  /** Every frame from now on is answered with `ack` when it has arrived: for links to other networks. */
  z.object({ op: z.literal('pace') }),
  z.object({ op: z.literal('ack') }),
]);
export type LinkMessage = z.infer<typeof linkMessageSchema>;

/** Bytes before the payload: subscription id u32, binary flag u8, three reserved. */
export const LINK_HEADER_BYTES = 8;

/** The header of one frame on the link; send it and the payload as two fragments of one message. */
export function encodeLinkHeader(id: number, binary: boolean): Buffer {
  const header = Buffer.alloc(LINK_HEADER_BYTES);
  header.writeUInt32BE(id, 0);
  header.writeUInt8(binary ? 1 : 0, 4);
  return header;
}

/** Splits a link message; the payload is a view, not a copy. Undefined for a message too short to be one. */
export function decodeLinkFrame(message: Buffer): { id: number; payload: FramePayload } | undefined {
  if (message.length < LINK_HEADER_BYTES) return undefined;
  return {
    id: message.readUInt32BE(0),
    payload: { data: message.subarray(LINK_HEADER_BYTES), binary: message.readUInt8(4) === 1 },
  };
}
