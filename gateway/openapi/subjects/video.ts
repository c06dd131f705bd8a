/** Video as the camera sends it: WebRTC, WHEP, MSE and HLS. */
import { z } from 'zod';
import {
  answerRequestSchema,
  candidateRequestSchema,
  offerRequestSchema,
  socketMessageSchema,
} from '#shared/webrtc-signalling.ts';
import { json, jsonBody, type Operation, type Subject } from '../operation.ts';
import { pongSchema, socketErrorSchema } from './sockets.ts';
import { VIDEO_OVER_HTTP, WORKER_ERRORS } from './video-over-http.ts';

const START_ERRORS = [
  'camera-not-found',
  'no-video-yet',
  'webrtc-unsupported-codec',
  'webrtc-b-frames',
  'webrtc-unavailable',
  'too-many-requests',
  ...WORKER_ERRORS,
] as const;

const iceServers = z
  .array(
    z.object({
      urls: z.array(z.string()),
      username: z.string().optional(),
      credential: z.string().optional(),
    }),
  )
  .meta({ description: 'For `RTCPeerConnection`.' });
const offer = z.object({ type: z.literal('offer'), sdp: z.string() });

const openedSchema = z
  .object({
    success: z.literal(true),
    sessionId: z.string(),
    cameraId: z.string(),
    offer,
    iceServers,
    websocketUrl: z
      .string()
      .meta({ description: 'Where the rest can be said as messages, with trickle ICE.' }),
  })
  .meta({ id: 'WebrtcSession' });
const acceptedSchema = z.object({ success: z.literal(true), sessionId: z.string() });

const sessionSchema = z.object({
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
});

const sessionMessageSchema = z.union([
  z.object({
    type: z.literal('offer'),
    sessionId: z.string(),
    cameraId: z.string(),
    offer,
    iceServers,
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

const sessions: Operation[] = [
  {
    id: 'startWebrtcStream',
    method: 'post',
    path: '/api/webrtc/stream/{cameraId}',
    summary: 'Start a session; the gateway offers',
    answers: { 200: json('The offer, to be answered within 30 s.', openedSchema) },
    errors: START_ERRORS,
  },
  {
    id: 'createWebrtcOffer',
    method: 'post',
    path: '/api/webrtc/offer',
    summary: 'The same, with the camera in the body',
    bodies: jsonBody(offerRequestSchema, {}, { 'One camera': { cameraId: '1' } }),
    answers: { 200: json('The offer.', openedSchema) },
    errors: ['missing-field', 'invalid-field', ...START_ERRORS],
  },
  {
    id: 'answerWebrtcOffer',
    method: 'post',
    path: '/api/webrtc/answer',
    summary: 'The answer of the player',
    bodies: jsonBody(answerRequestSchema, { sdp: '`RTCPeerConnection.localDescription.sdp`.' }),
    answers: { 200: json('Taken; video comes as soon as there is a way.', acceptedSchema) },
    errors: [
      'missing-field',
      'invalid-field',
      'invalid-sdp',
      'session-not-found',
      'session-state',
      'webrtc-unsupported-codec',
    ],
  },
  {
    id: 'addWebrtcCandidate',
    method: 'post',
    path: '/api/webrtc/candidate',
    summary: 'A candidate of the player',
    description: 'Candidates come after the answer.',
    bodies: jsonBody(candidateRequestSchema, {
      candidate: '`RTCIceCandidateInit` or its text; null or an empty text after the last.',
    }),
    answers: { 200: json('Taken.', acceptedSchema) },
    errors: ['missing-field', 'invalid-field', 'invalid-sdp', 'session-not-found', 'session-state'],
  },
  {
    id: 'endWebrtcSession',
    method: 'delete',
    path: '/api/webrtc/sessions/{sessionId}',
    summary: 'End a session',
    answers: { 204: { description: 'Ended.' } },
    errors: ['session-not-found'],
  },
  {
    id: 'listStreams',
    method: 'get',
    path: '/api/streams/status',
    summary: 'All sessions, WHEP too',
    answers: {
      200: json('Sessions.', z.object({ activeSessions: z.int(), sessions: z.array(sessionSchema) })),
    },
  },
  {
    id: 'openSessionSocket',
    method: 'get',
    path: '/ws/webrtc/{sessionId}',
    summary: 'A WebSocket to speak about one session',
    description:
      'The candidates of the gateway come first, then whatever is asked. When the socket closes before the offer was answered, the session ends with it.',
    answers: { 101: { description: 'The socket is open.' } },
    errors: ['camera-not-found', 'session-not-found', 'worker-not-ready', 'too-many-requests'],
    socket: { client: socketMessageSchema, server: sessionMessageSchema },
  },
];

const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';

const whep: Operation[] = [
  {
    id: 'createWhepSession',
    method: 'post',
    path: '/whep/{cameraId}',
    summary: 'WHEP: start a session; the player offers',
    description: 'For standard players (draft-ietf-wish-whep). H.264 is passed on as the camera sends it.',
    bodies: [{ type: SDP, schema: z.string() }],
    answers: {
      201: {
        description: 'The answer.',
        type: SDP,
        headers: {
          Location: 'The session.',
          ETag: 'For `If-Match`.',
          'Accept-Patch': `\`${FRAGMENT}\`.`,
          Link: 'ICE servers.',
        },
      },
    },
    errors: ['invalid-sdp', 'unsupported-media-type', ...START_ERRORS],
  },
  {
    id: 'describeWhepEndpoint',
    method: 'options',
    path: '/whep/{cameraId}',
    summary: 'WHEP: what an endpoint takes',
    answers: {
      204: { description: 'In headers.', headers: { 'Accept-Post': `\`${SDP}\`.`, Allow: 'Methods.' } },
    },
  },
  {
    id: 'trickleWhepCandidates',
    method: 'patch',
    path: '/whep/{cameraId}/{sessionId}',
    summary: 'WHEP: candidates of the player',
    headers: { 'If-Match': 'The `ETag` of the session, or `*`.' },
    bodies: [{ type: FRAGMENT, schema: z.string() }],
    answers: { 204: { description: 'Taken.' } },
    errors: [
      'session-not-found',
      'invalid-sdp',
      'unsupported-media-type',
      'precondition-required',
      'precondition-failed',
      'ice-restart-unsupported',
    ],
  },
  {
    id: 'endWhepSession',
    method: 'delete',
    path: '/whep/{cameraId}/{sessionId}',
    summary: 'WHEP: end a session',
    answers: { 200: { description: 'Ended.' } },
    errors: ['session-not-found'],
  },
  {
    id: 'describeWhepSession',
    method: 'options',
    path: '/whep/{cameraId}/{sessionId}',
    summary: 'WHEP: what a session takes',
    answers: {
      204: { description: 'In headers.', headers: { 'Accept-Patch': `\`${FRAGMENT}\`.`, Allow: 'Methods.' } },
    },
  },
];

export const VIDEO: Subject = {
  name: 'Live video',
  description:
    'Video as the camera sends it, never transcoded: WebRTC where it can be, MSE or HLS where only HTTP gets through.',
  operations: [...sessions, ...whep, ...VIDEO_OVER_HTTP],
};
