/** Passes REST and MJPEG of one camera to the worker that runs it. The only door to http-proxy-middleware. */
import { Agent, type ServerResponse } from 'node:http';
import { type Request, type Response, Router } from 'express';
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware';
import { AppError } from '#shared/errors.ts';
import { sendProblem } from '#shared/http/problem.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { CameraOwners } from '../cameras/camera-owners.ts';
import type { WorkerAddress } from '../supervisor/slot.ts';

/** What the proxy is made of. */
export interface HttpProxyOptions {
  owners: Pick<CameraOwners, 'get'>;
  /** Whether the gateway knows a camera. */
  isKnown: (cameraId: string) => boolean;
  /** Tells the supervisor that a worker was found not answering. */
  kick: (worker: string) => void;
  redactor: Redactor;
  log: Logger;
  /** Time for an answer to begin, milliseconds. */
  answerMs?: number;
  /** Time without any byte after which a stream is over, milliseconds. */
  idleMs?: number;
}

const ANSWER_MS = 15_000;
const IDLE_MS = 30_000;
const MAX_IN_FLIGHT = 64;
/** Headers of the outside that say who asks: the worker must believe only us. */
const STRIPPED = ['authorization', 'cookie', 'forwarded', TOKEN_HEADER];

interface Proxied extends Request {
  worker?: WorkerAddress;
}

/** Routes `/:id/status`, `/:id/frame` and `/:id/stream.mjpeg`, and no other path. */
export function cameraProxy(options: HttpProxyOptions): Router {
  const routes = Router();
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_IN_FLIGHT });
  const answers = createProxy(options, { agent, proxyTimeout: options.answerMs ?? ANSWER_MS });
  // A stream keeps its connection for as long as it lasts, so it must not take one of the shared ones.
  const streams = createProxy(options, { proxyTimeout: options.idleMs ?? IDLE_MS });

  const choose = (req: Proxied): void => {
    const id = String(req.params.id);
    if (!options.isKnown(id)) throw new AppError('camera-not-found', `No camera ${id}`);
    req.worker = options.owners.get(id);
    // HPM sees the path below the mount point, the worker has the routes under the same one as we.
    req.url = req.originalUrl;
  };
  routes.get(['/:id/status', '/:id/frame'], async (req, res, next) => {
    choose(req);
    await answers(req, res, next);
  });
  routes.get('/:id/stream.mjpeg', async (req, res, next) => {
    choose(req);
    await streams(req, res, next);
  });
  return routes;
}

function createProxy(
  { kick, redactor, log }: HttpProxyOptions,
  { agent, proxyTimeout }: { agent?: Agent; proxyTimeout: number },
): RequestHandler<Proxied, Response> {
  return createProxyMiddleware<Proxied, Response>({
    router: (req) => req.worker?.origin ?? '',
    target: 'http://127.0.0.1',
    proxyTimeout,
    xfwd: false,
    ...(agent === undefined ? {} : { agent }),
    // With an error handler of ours its own, which calls a refused connection 504, is not loaded.
    on: {
      proxyReq: (proxyReq, req) => {
        for (const name of proxyReq.getHeaderNames()) {
          if (STRIPPED.includes(name) || name.startsWith('x-forwarded-')) proxyReq.removeHeader(name);
        }
        proxyReq.setHeader(TOKEN_HEADER, req.worker?.token ?? '');
      },
      proxyRes: (proxyRes, _req, res) => {
        // Without this a worker that dies in the middle of a stream would leave the client waiting.
        proxyRes.on('error', () => res.destroy());
        proxyRes.on('aborted', () => res.destroy());
        res.on('close', () => proxyRes.destroy());
      },
      error: (error, req, res) => {
        const worker = req.worker?.name ?? 'unknown';
        log.warn({ worker, code: (error as NodeJS.ErrnoException).code }, 'proxying failed');
        kick(worker);
        answerFailure(error, res as unknown as Response, redactor);
      },
    },
  });
}

function answerFailure(error: Error, res: Response | ServerResponse, redactor: Redactor): void {
  if (!('headersSent' in res) || res.writableEnded || res.destroyed) return;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const problem =
    code === 'ECONNREFUSED'
      ? new AppError('worker-not-ready', 'The camera process is being restarted', { retryAfter: 1 })
      : code === 'ECONNRESET' && !/timeout/i.test(error.message)
        ? new AppError('worker-failed', 'The camera process broke off', { retryAfter: 1 })
        : new AppError('worker-timeout', 'The camera process did not answer in time', { retryAfter: 1 });
  sendProblem(res as Response, problem, redactor);
}
