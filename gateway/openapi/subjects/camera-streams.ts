/** Camera streams: addresses and uploads that the analysis backend is told of. */
import { z } from 'zod';
import { rtspStreamSchema, videoStreamSchema } from '#shared/camera-stream.ts';
import type { CameraStream } from '../../camera-streams/camera-stream-view.ts';
import { json, type Subject } from '../operation.ts';

const facts = {
  cameraId: z.string(),
  cameraDescription: z.string().nullable(),
  streamType: z.enum(['rtsp', 'video']),
  rtspUrl: z.string().nullable().meta({ description: 'Password masked; null for uploads.' }),
  videoUrl: z
    .string()
    .nullable()
    .meta({ description: 'Absolute; null for RTSP, and for a video that was removed.' }),
  videoBytes: z.int().nullable(),
  videoRemovedAt: z.iso
    .datetime()
    .nullable()
    .meta({ description: 'When an upload made room for newer ones.' }),
  createdAt: z.iso.datetime(),
};
const streamSchema = z.object(facts).meta({ id: 'CameraStream' }) satisfies z.ZodType<CameraStream>;
const storedSchema = z.object({ success: z.literal(true), ...facts }).meta({ id: 'StoredCameraStream' });

const MEANINGS = {
  cameraId: 'Id for the stream; one that is taken is refused.',
  cameraDescription: 'What the camera looks at, in words for the analysis.',
};
const RTSP_EXAMPLE = {
  cameraId: 'dock',
  cameraDescription: 'The loading dock',
  streamType: 'rtsp',
  rtspUrl: 'rtsp://admin:secret@192.0.2.14/1',
};

export const CAMERA_STREAMS: Subject = {
  name: 'Camera streams',
  description:
    'Streams that the analysis backend is told of. What it is told is delivered for certain, even if it is away for days.',
  operations: [
    {
      id: 'addCameraStream',
      method: 'post',
      path: '/api/camera-streams',
      summary: 'Store a stream: an RTSP address, or a video that is uploaded',
      description: 'Answered as soon as it is stored; the backend is told afterwards.',
      bodies: [
        {
          type: 'application/json',
          schema: rtspStreamSchema,
          meanings: MEANINGS,
          examples: { 'An RTSP address': RTSP_EXAMPLE },
        },
        {
          type: 'multipart/form-data',
          schema: videoStreamSchema.extend({ file: z.file() }),
          meanings: {
            ...MEANINGS,
            file: 'MP4, MOV, MKV, WebM, AVI or MPEG-TS; comes after the other fields or before.',
          },
        },
      ],
      answers: { 201: json('Stored.', storedSchema, { Location: 'Where it is.' }) },
      errors: [
        'missing-field',
        'invalid-field',
        'camera-stream-exists',
        'not-a-video',
        'upload-incomplete',
        'upload-too-large',
        'upload-too-slow',
        'unsupported-media-type',
        'too-many-requests',
        'storage-full',
        'upload-quota-full',
      ],
    },
    {
      id: 'listCameraStreams',
      method: 'get',
      path: '/api/camera-streams',
      summary: 'All streams',
      answers: { 200: json('Streams.', z.array(streamSchema)) },
    },
    {
      id: 'getCameraStream',
      method: 'get',
      path: '/api/camera-streams/{cameraId}',
      summary: 'One stream',
      answers: { 200: json('The stream.', streamSchema) },
      errors: ['camera-stream-not-found'],
    },
    {
      id: 'deleteCameraStream',
      method: 'delete',
      path: '/api/camera-streams/{cameraId}',
      summary: 'Forget a stream and its video',
      answers: { 204: { description: 'Gone.' } },
      errors: ['camera-stream-not-found'],
    },
    {
      id: 'getCameraStreamVideo',
      method: 'get',
      path: '/api/camera-streams/{cameraId}/video',
      summary: 'An uploaded video',
      headers: { Range: 'A part of it (RFC 9110 section 14).' },
      answers: {
        200: { description: 'The whole.', type: 'video/*' },
        206: { description: 'The part.', type: 'video/*' },
      },
      errors: ['camera-stream-not-found', 'video-removed', 'range-not-satisfiable'],
    },
    {
      id: 'trpcAddCameraStream',
      method: 'post',
      path: '/trpc/cameraStream.add',
      summary: 'tRPC: the mutation `cameraStream.add`',
      description: 'The type of the router is `AppRouter` in `gateway/camera-streams/trpc.ts`.',
      bodies: [
        {
          type: 'application/json',
          schema: rtspStreamSchema,
          meanings: MEANINGS,
          examples: { 'An RTSP address': RTSP_EXAMPLE },
        },
      ],
      answers: { 200: json('Stored.', z.object({ result: z.object({ data: storedSchema }) })) },
      errors: ['invalid-field', 'camera-stream-exists'],
    },
    {
      id: 'trpcListCameraStreams',
      method: 'get',
      path: '/trpc/cameraStream.list',
      summary: 'tRPC: the query `cameraStream.list`',
      answers: { 200: json('Streams.', z.object({ result: z.object({ data: z.array(streamSchema) }) })) },
    },
  ],
};
