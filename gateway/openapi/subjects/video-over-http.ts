/** Video where only HTTP gets through: MSE and HLS. */
import { z } from 'zod';
import { hlsDirectivesSchema } from '#shared/hls-directives.ts';
import type { Operation } from '../operation.ts';
import { pongSchema, socketErrorSchema } from './sockets.ts';

/** Of everything that a camera's worker answers. */
export const WORKER_ERRORS = ['worker-not-ready', 'worker-failed', 'worker-timeout'] as const;

const mseMessageSchema = z.union([
  z.object({
    type: z.literal('init'),
    cameraId: z.string(),
    codec: z.string().meta({ description: 'For `MediaSource.addSourceBuffer`.' }),
    width: z.int(),
    height: z.int(),
    isSoundLeftOut: z
      .literal(true)
      .optional()
      .meta({ description: 'The camera has sound that is not among the codecs; `?audio=any` may get it.' }),
  }),
  z.object({ type: z.literal('waiting'), cameraId: z.string(), code: z.string() }),
  pongSchema,
  socketErrorSchema,
]);

/** MSE and HLS. */
export const VIDEO_OVER_HTTP: Operation[] = [
  {
    id: 'openMseSocket',
    method: 'get',
    path: '/ws/mse/{cameraId}',
    summary: 'A WebSocket with fragmented MP4, for Media Source Extensions',
    description:
      'Where only HTTP gets through. After `init` comes the initialisation segment as one binary message, then one for each picture, with the sound up to it where the camera sends AAC or Opus. A new `init` comes when the video changes; `waiting` says that the camera is not there yet. A viewer that is slow skips to a keyframe.',
    query: {
      schema: z.object({ audio: z.enum(['none', 'any']).optional() }),
      meanings: {
        audio:
          '`none`: the picture alone, for players that do not take the sound. `any`: also sound that is turned into Opus for it, for players that listen.',
      },
    },
    answers: { 101: { description: 'The socket is open.' } },
    errors: ['camera-not-found', 'worker-not-ready', 'too-many-requests'],
    socket: {
      client: z.object({ action: z.literal('ping') }),
      server: mseMessageSchema,
      examples: { 'Are you there?': { action: 'ping' } },
    },
  },
  {
    id: 'getHlsPlaylist',
    method: 'get',
    path: '/hls/{cameraId}/index.m3u8',
    summary: 'Low-latency HLS: the playlist',
    query: {
      schema: hlsDirectivesSchema,
      meanings: {
        _HLS_msn: 'Wait until the playlist holds the segment of this number.',
        _HLS_part: 'And this part of it.',
      },
    },
    answers: { 200: { description: 'The playlist.', type: 'application/vnd.apple.mpegurl' } },
    errors: ['invalid-field', 'camera-not-found', 'no-video-yet', 'hls-unsupported-codec', ...WORKER_ERRORS],
  },
  {
    id: 'getHlsVariants',
    method: 'get',
    path: '/hls/{cameraId}/main.m3u8',
    summary: 'HLS: the codecs and the size, and where the playlist is',
    description: 'The multivariant playlist, for players that want to know what they will play.',
    answers: { 200: { description: 'The playlist.', type: 'application/vnd.apple.mpegurl' } },
    errors: ['camera-not-found', 'no-video-yet', 'hls-unsupported-codec', ...WORKER_ERRORS],
  },
  {
    id: 'getHlsFile',
    method: 'get',
    path: '/hls/{cameraId}/{hlsFile}',
    summary: 'Low-latency HLS: an initialisation segment, a segment or a part',
    answers: { 200: { description: 'Fragmented MP4.', type: 'video/mp4' } },
    errors: ['not-found', 'camera-not-found', ...WORKER_ERRORS],
  },
];
