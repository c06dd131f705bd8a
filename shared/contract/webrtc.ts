/** What clients say to open a WebRTC session, over HTTP and over WebSocket alike, and what they are answered. */
import { z } from 'zod';
import { anyCameraIdSchema } from './camera.ts';
import { idInPath } from './common.ts';
import { pongSchema, socketErrorSchema } from './socket.ts';

/** A session id as part of a path. */
export const sessionIdInPath = idInPath('Id of the session, `{cameraId}_{n}`.', '1_0');

const sdpSchema = z
  .string()
  .min(1)
  .max(64 * 1024);
/** `RTCIceCandidateInit`, or its text; null and an empty text say that there are no more. */
const candidateSchema = z
  .union([z.string().max(2048), z.object({ candidate: z.string().max(2048) }), z.null()])
  .transform((value) => (typeof value === 'object' ? (value?.candidate ?? '') : value));

/** Body of `POST /api/webrtc/offer`. */
export const offerRequestSchema = z.object({ cameraId: anyCameraIdSchema }).meta({ id: 'OfferRequest' });

/** Body of `POST /api/webrtc/answer`. */
export const answerRequestSchema = z
  .object({
    sessionId: z.string().max(128),
    sdp: sdpSchema.meta({ description: '`RTCPeerConnection.localDescription.sdp`.' }),
    type: z.literal('answer').default('answer'),
  })
  .meta({ id: 'AnswerRequest' });

/** Body of `POST /api/webrtc/candidate`; media ids are not needed, there is one section. */
export const candidateRequestSchema = z
  .object({
    sessionId: z.string().max(128),
    candidate: candidateSchema.meta({
      description: '`RTCIceCandidateInit` or its text; null or an empty text after the last.',
    }),
  })
  .meta({ id: 'CandidateRequest' });

/** A message of a client on `/ws/webrtc/:sessionId`. */
export const socketMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('offer') }),
  z.object({ type: z.literal('answer'), sdp: sdpSchema }),
  z.object({ type: z.literal('candidate'), candidate: candidateSchema }),
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('close') }),
]);

const iceServersSchema = z
  .array(
    z
      .object({
        urls: z.array(z.string()),
        username: z.string().optional(),
        credential: z.string().optional(),
      })
      .meta({ id: 'IceServer' }),
  )
  .meta({ description: 'For `RTCPeerConnection`.' });
const offerSchema = z.object({ type: z.literal('offer'), sdp: z.string() }).meta({ id: 'SessionOffer' });

/** Answer of `POST /api/webrtc/offer` and `POST /api/webrtc/stream/:cameraId`. */
export const openedSessionSchema = z
  .object({
    success: z.literal(true),
    sessionId: z.string(),
    cameraId: z.string(),
    offer: offerSchema,
    iceServers: iceServersSchema,
    websocketUrl: z
      .string()
      .meta({ description: 'Where the rest can be said as messages, with trickle ICE.' }),
  })
  .meta({ id: 'WebrtcSession' });

/** Answer of `POST /api/webrtc/answer` and `POST /api/webrtc/candidate`. */
export const acceptedSchema = z
  .object({ success: z.literal(true), sessionId: z.string() })
  .meta({ id: 'SessionAccepted' });

const sessionStatusSchema = z
  .object({
    sessionId: z.string(),
    cameraId: z.string(),
    type: z.enum(['server-offer', 'whep']),
    state: z.string(),
    createdAt: z.number().nullable().meta({ description: 'Unix seconds.' }),
    connectedAt: z.number().nullable().meta({ description: 'Unix seconds.' }),
    codec: z.string().nullable(),
    packetsSent: z.int(),
    bytesSent: z.int(),
    lossRate: z.number().nullable().meta({ description: 'Share of packets that the viewer missed lately.' }),
  })
  .meta({ id: 'SessionStatus' });

/** Answer of `GET /api/streams/status`. */
export const sessionListSchema = z
  .object({ activeSessions: z.int(), sessions: z.array(sessionStatusSchema) })
  .meta({ id: 'SessionList' });

/** A message to a client on `/ws/webrtc/:sessionId`. */
export const sessionMessageSchema = z.union([
  z.object({
    type: z.literal('offer'),
    sessionId: z.string(),
    cameraId: z.string(),
    offer: offerSchema,
    iceServers: iceServersSchema,
    sdp: z.string(),
  }),
  z.object({ type: z.literal('answer'), success: z.literal(true), sessionId: z.string() }),
  z.object({
    type: z.literal('candidate'),
    sessionId: z.string(),
    candidate: z.unknown().meta({ description: '`RTCIceCandidateInit`; null after the last.' }),
  }),
  z.object({ type: z.literal('state'), sessionId: z.string(), state: z.string() }),
  pongSchema,
  socketErrorSchema,
]);
