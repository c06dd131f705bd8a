/** MJPEG of agents' cameras: made here of the pictures that cross the link once for all viewers. */
import type { RequestHandler } from 'express';
import { parseFields } from '#shared/camera.ts';
import type { FrameFeed } from '#shared/frames/frame-socket.ts';
import { MjpegAnswer } from '#shared/frames/mjpeg.ts';
import { decodeBinaryFrame } from '#shared/frames/payload.ts';
import { mjpegQuerySchema } from '#shared/frames/subscription.ts';
import { isAgentWorker } from '../worker-access/agent-worker.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { FOREIGN_HEADERS } from '../worker-access/foreign-headers.ts';

export interface AgentMjpegOptions {
  routing: Pick<CameraRouting, 'resolve'>;
  feed: FrameFeed;
  /** Answers for all other cameras. */
  others: RequestHandler;
}

/** Time without a picture after which a stream is over, as for other cameras, milliseconds. */
const IDLE_MS = 30_000;

/** Creates the handler of a route with a `cameraId`. */
export function agentMjpeg({ routing, feed, others }: AgentMjpegOptions): RequestHandler {
  return (req, res, next) => {
    const cameraId = String(req.params.cameraId);
    if (!isAgentWorker(routing.resolve(cameraId).name)) return others(req, res, next);
    const query = parseFields(mjpegQuerySchema, req.query);
    res.set(FOREIGN_HEADERS);
    const answer = new MjpegAnswer(res);
    if (req.method === 'HEAD') return void res.end();
    const idle = setTimeout(() => res.destroy(), IDLE_MS);
    const opened = feed.open(
      { ...query, cameraId, encoding: 'binary' },
      {
        deliver: ({ data }) => {
          const frame = decodeBinaryFrame(data);
          if (frame === undefined) return;
          idle.refresh();
          const { timestamp, sequence } = frame.facts;
          answer.offer({ bytes: frame.picture, timestamp, sequence });
        },
        notify: () => {},
        // The camera was removed.
        fail: () => res.destroy(),
      },
    );
    res.once('close', () => {
      clearTimeout(idle);
      opened.close();
    });
  };
}
