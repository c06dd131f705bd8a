/** `GET /api/cameras/:cameraId/motion`: how much of a camera's picture changes, live. */
import type { Response } from 'express';
import { cameraIdInPath } from '#shared/contract/camera.ts';
import { motionLevelSchema } from '#shared/contract/motion-level.ts';
import type { MotionLevelMessage } from '#shared/detections.ts';
import { AppError } from '#shared/errors.ts';
import { answeredHead, EVENT_STREAM_HEADERS } from '../http/event-stream.ts';
import { type RouteGroup, route } from '../http/route.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { MotionMeters } from './motion-meters.ts';

export interface AnalysisRoutesOptions {
  meters: MotionMeters;
  /** False where analysis is switched off. */
  isOn: boolean;
  routing: Pick<CameraRouting, 'expectKnown'>;
  /** Open streams, ended when the gateway stops. */
  streams: Set<Response>;
}

const MAX_STREAMS = 50;
/** Pause between comments that keep proxies from closing an idle connection, milliseconds. */
const HEARTBEAT_MS = 15_000;

/** The meter of motion. */
export function analysisRoutes({ meters, isOn, routing, streams }: AnalysisRoutesOptions): RouteGroup {
  return {
    name: 'Analysis',
    description: 'What analysis measures while a client looks.',
    routes: [
      route({
        id: 'followMotion',
        method: 'get',
        path: '/api/cameras/:cameraId/motion',
        access: 'viewer',
        summary: 'How much of a picture changes, live',
        description:
          'Server-sent events called `level`, one for each analysed picture. To choose `sensitivity` and `minArea` by; the camera is analysed while a client follows, even if its switches are off.',
        request: { params: { cameraId: cameraIdInPath } },
        answers: {
          200: { description: 'Levels without end.', type: 'text/event-stream', schema: motionLevelSchema },
        },
        errors: ['camera-not-found', 'analysis-off', 'too-many-requests'],
        handle: (req, res) => {
          const { cameraId } = req.params;
          routing.expectKnown(cameraId);
          if (!isOn) throw new AppError('analysis-off', 'This gateway analyses no pictures: ANALYSIS is off');
          if (answeredHead(req, res)) return;
          if (streams.size >= MAX_STREAMS)
            throw new AppError('too-many-requests', `This gateway serves at most ${MAX_STREAMS} meters`, {
              retryAfter: 5,
            });
          follow(meters, cameraId, res);
          streams.add(res);
          res.once('close', () => streams.delete(res));
        },
      }),
    ],
  };
}

function follow(meters: MotionMeters, cameraId: string, res: Response): void {
  res.writeHead(200, EVENT_STREAM_HEADERS);
  res.write(':\n\n');
  const heartbeat = setInterval(() => res.write(':\n\n'), HEARTBEAT_MS);
  const end = meters.watch(cameraId, (level) => {
    // A slow client misses levels: only the newest is of use.
    if (!res.writableNeedDrain) res.write(messageOf(level));
  });
  res.once('close', () => {
    clearInterval(heartbeat);
    end();
  });
}

function messageOf({ type: _type, ...level }: MotionLevelMessage): string {
  return `event: level\ndata: ${JSON.stringify(level)}\n\n`;
}
