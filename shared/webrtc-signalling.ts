/** Requests and messages that open a WebRTC session, over HTTP and WebSocket. */
import { z } from 'zod';
import { cameraIdSchema } from './camera.ts';

/** Camera ids may be numbers. */
const anyCameraIdSchema = z.union([cameraIdSchema, z.number().int().nonnegative().transform(String)]);
const sdpSchema = z
  .string()
  .min(1)
  .max(64 * 1024);
/** `RTCIceCandidateInit` or its text; null and empty text end the candidates. */
const candidateSchema = z
  .union([z.string().max(2048), z.object({ candidate: z.string().max(2048) }), z.null()])
  .transform((value) => (typeof value === 'object' ? (value?.candidate ?? '') : value));

/** Body of `POST /api/webrtc/offer`. */
export const offerRequestSchema = z.object({ cameraId: anyCameraIdSchema });
/** Body of `POST /api/webrtc/answer`. */
export const answerRequestSchema = z.object({
  sessionId: z.string().max(128),
  sdp: sdpSchema,
  type: z.literal('answer').default('answer'),
});
/** Body of `POST /api/webrtc/candidate`; no media ids, since there is one section. */
export const candidateRequestSchema = z.object({
  sessionId: z.string().max(128),
  candidate: candidateSchema,
});

/** A message of `/ws/webrtc/:sessionId`. */
export const socketMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('offer') }),
  z.object({ type: z.literal('answer'), sdp: sdpSchema }),
  z.object({ type: z.literal('candidate'), candidate: candidateSchema }),
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('close') }),
]);
