/** `GET /api/events/:eventId/clip`: what was recorded around an event. */
import { eventIdInPath } from '#shared/contract/event.ts';
import { AppError } from '#shared/errors.ts';
import { camerasOf } from '../auth/rights.ts';
import { WORKER_ERRORS } from '../cameras/picture-routes.ts';
import { content, type Route, route } from '../http/route.ts';
import type { Movies } from './movies.ts';
import type { SegmentRepository } from './segment-repository.ts';
import { sendMovie } from './send-movie.ts';

export interface ClipRouteOptions {
  repository: Pick<SegmentRepository, 'clipOf'>;
  movies: Movies;
}

/** The clip of an event. */
export function clipRoute({ repository, movies }: ClipRouteOptions): Route {
  return route({
    id: 'getEventClip',
    method: 'get',
    path: '/api/events/:eventId/clip',
    access: 'viewer',
    cameraScope: 'handled',
    limit: 'pictures',
    summary: 'The clip of an event as MP4',
    description:
      'What was kept from before it until after it; while the event goes on, what there is so far. It plays while it is loaded and takes ranges. `X-Recording-Start` is the time of its first picture.',
    request: { params: { eventId: eventIdInPath }, headers: { Range: 'Bytes that are wanted.' } },
    answers: { 200: content('The clip.', 'video/mp4'), 206: content('The range of it.', 'video/mp4') },
    errors: ['event-not-found', 'clip-not-found', 'range-not-satisfiable', ...WORKER_ERRORS],
    handle: async (req, res) => {
      const clip = await repository.clipOf(req.params.eventId, camerasOf(req));
      const movie = await movies.get(clip).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== 'recording-not-found') throw error;
        throw new AppError('clip-not-found', 'Nothing of this clip is left', { cause: error });
      });
      const time = new Date(movie.startedAt).toISOString().slice(0, 19).replaceAll(':', '-');
      await sendMovie(req, res, movie, `${clip.cameraId}_${time}.mp4`);
    },
  });
}
