/** `GET /api/cameras/:id/stream.mjpeg`: pictures one after another for `<img>` and players. */
import type { RequestHandler } from 'express';
import { parseFields } from '#shared/camera.ts';
import { MjpegAnswer } from '#shared/frames/mjpeg.ts';
import { mjpegQuerySchema } from '#shared/frames/subscription.ts';
import type { CameraSet } from '../../camera/camera-set.ts';

/** Creates the route handler. A client that cannot keep up skips to the newest picture. */
export function mjpegRoute(cameras: CameraSet): RequestHandler<{ id: string }> {
  return (req, res) => {
    const request = parseFields(mjpegQuerySchema, req.query);
    const camera = cameras.get(req.params.id);
    const answer = new MjpegAnswer(res, () => {
      camera.counters.drops += 1;
    });
    if (req.method === 'HEAD') {
      res.end();
      return;
    }
    const subscription = cameras.subscribe(camera.id, request, ({ bytes, facts }) =>
      answer.offer({ bytes, timestamp: facts.timestamp, sequence: facts.sequence }),
    );
    res.on('close', () => subscription.close());
  };
}
