/** Video where only HTTP gets through, MSE and HLS, served by the worker of a camera. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { cameraIdInPath } from '#shared/contract/camera.ts';
import { mseMessageSchema, mseQuerySchema, pingSchema } from '#shared/contract/socket.ts';
import type { ErrorCode } from '#shared/errors.ts';
import { hlsDirectivesSchema } from '#shared/hls-directives.ts';
import { content, type Route, route } from '../http/route.ts';

const WORKER_ERRORS: readonly ErrorCode[] = ['worker-not-ready', 'worker-failed', 'worker-timeout'];
const HLS_ERRORS: readonly ErrorCode[] = [
  'camera-not-found',
  'no-video-yet',
  'hls-unsupported-codec',
  ...WORKER_ERRORS,
];
const PLAYLIST = { 200: content('The playlist.', 'application/vnd.apple.mpegurl') };

/** Ids that the worker takes in the path of a socket. */
const CAMERA_ID = /^[A-Za-z0-9._-]{1,64}$/;
const HLS_FILE = /^(?:init|seg|part)-[0-9-]{1,32}\.(?:mp4|m4s)$/;
const hlsFileInPath = z
  .string()
  .regex(HLS_FILE)
  .meta({ description: 'A name from the playlist.', examples: ['init-1.mp4'] });

/** Video over HTTP. @param files passes a request for a playlist or a file on */
export function videoRoutes(files: RequestHandler): Route[] {
  const hls = { method: 'get', access: 'viewer', limit: 'pictures', handle: files } as const;
  const params = { cameraId: cameraIdInPath };
  return [
    route({
      id: 'openMseSocket',
      method: 'get',
      path: '/ws/mse/:cameraId',
      access: 'viewer',
      summary: 'A WebSocket with fragmented MP4, for Media Source Extensions',
      description:
        'Where only HTTP gets through. After `init` comes the initialisation segment as one binary message, then one for each picture, with the sound up to it where the camera sends AAC or Opus. A new `init` comes when the video changes; `waiting` says that the camera is not there yet. A viewer that is slow skips to a keyframe.',
      request: { params, query: mseQuerySchema },
      answers: { 101: { description: 'The socket is open.' } },
      errors: ['camera-not-found', 'worker-not-ready', 'too-many-requests'],
      socket: {
        client: pingSchema,
        server: mseMessageSchema,
        examples: { 'Are you there?': { action: 'ping' } },
        tunnelTo: ({ cameraId = '' }) => (CAMERA_ID.test(cameraId) ? cameraId : undefined),
      },
    }),
    route({
      ...hls,
      id: 'getHlsPlaylist',
      path: '/hls/:cameraId/index.m3u8',
      summary: 'Low-latency HLS: the playlist',
      request: { params, query: hlsDirectivesSchema },
      answers: PLAYLIST,
      errors: ['invalid-field', ...HLS_ERRORS],
    }),
    route({
      ...hls,
      id: 'getHlsVariants',
      path: '/hls/:cameraId/main.m3u8',
      summary: 'HLS: the codecs and the size, and where the playlist is',
      description: 'The multivariant playlist, for players that want to know what they will play.',
      request: { params },
      answers: PLAYLIST,
      errors: HLS_ERRORS,
    }),
    route({
      ...hls,
      id: 'getHlsFile',
      path: '/hls/:cameraId/:hlsFile',
      summary: 'Low-latency HLS: an initialisation segment, a segment or a part',
      request: { params: { ...params, hlsFile: hlsFileInPath } },
      answers: { 200: content('Fragmented MP4.', 'video/mp4') },
      errors: ['not-found', 'camera-not-found', ...WORKER_ERRORS],
      handle: (req, res, next) => (HLS_FILE.test(req.params.hlsFile) ? files(req, res, next) : next()),
    }),
  ];
}
