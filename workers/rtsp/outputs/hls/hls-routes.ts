/** `/hls/:cameraId/*`: playlists, initialisation segments, segments and parts. */
import { type Request, type Response, Router } from 'express';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { hlsDirectivesSchema } from '#shared/hls-directives.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import type { PlaylistPosition } from './hls-stream.ts';
import type { HlsStreams } from './hls-streams.ts';
import { withQuery } from './playlist.ts';

/** A signed text in base64url, as the gateway makes it. */
const TICKET = /^[\w.~-]{1,2048}$/;
const FILE_NAME = /^(?:init-\d{1,16}\.mp4|seg-\d{1,16}\.m4s|part-\d{1,16}-\d{1,6}\.m4s)$/;

/** Creates the routes, to be mounted under `/hls`. */
export function hlsRoutes(streams: HlsStreams): Router {
  const routes = Router();
  routes.get('/:cameraId/index.m3u8', async (req, res) => {
    const position = positionOf(req);
    const stream = streams.get(req.params.cameraId);
    sendPlaylist(req, res, await stream.playlist(position, goneSignal(res)));
  });
  routes.get('/:cameraId/main.m3u8', async (req, res) => {
    sendPlaylist(req, res, await streams.get(req.params.cameraId).multivariant(goneSignal(res)));
  });
  routes.get('/:cameraId/:file', async (req, res) => {
    const { cameraId, file } = req.params;
    if (!FILE_NAME.test(file)) throw new AppError('not-found', `No route ${req.method} ${req.path}`);
    const pieces = await streams.get(cameraId).file(file, goneSignal(res));
    res.setHeader('Content-Type', 'video/mp4');
    // A name is never used twice.
    res.setHeader('Cache-Control', 'private, max-age=60, immutable');
    res.setHeader(
      'Content-Length',
      pieces.reduce((sum, piece) => sum + piece.length, 0),
    );
    send(req, res, pieces);
  });
  return routes;
}

function positionOf({ query }: Request): PlaylistPosition | undefined {
  const { _HLS_msn: sequence, _HLS_part: part } = parseFields(hlsDirectivesSchema.loose(), query);
  if (sequence !== undefined) return { sequence, part };
  if (part === undefined) return undefined;
  throw new AppError('invalid-field', '_HLS_part: needs _HLS_msn', { field: '_HLS_part' });
}

/** Players send no query of a playlist with its files: a ticket is written into their addresses. */
function sendPlaylist({ query }: Request, res: Response, playlist: string): void {
  res.setHeader('Content-Type', 'application/vnd.apple.mpegurl');
  // It changes several times a second, and what it says with the camera.
  res.setHeader('Cache-Control', 'no-store');
  const { ticket } = query;
  const isTicket = typeof ticket === 'string' && TICKET.test(ticket);
  res.end(isTicket ? withQuery(playlist, `ticket=${ticket}`) : playlist);
}

function send(req: Request, res: Response, pieces: readonly Buffer[]): void {
  res.on('error', () => {});
  res.cork();
  if (req.method !== 'HEAD') for (const piece of pieces) res.write(piece);
  res.uncork();
  res.end();
}
