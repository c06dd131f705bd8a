/** Passes REST, MJPEG and HLS of one camera to the worker that runs it. The only door to httpxy. */
import type { Agent, IncomingHttpHeaders } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { http } from '#shared/http/node-http.ts';
import { lazy } from '#shared/lazy.ts';
import type { Logger } from '#shared/logger.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { principalOf } from '../auth/principal.ts';
import type { CameraRouting } from './camera-routing.ts';
import { FOREIGN_HEADERS } from './foreign-headers.ts';
import { InFlight } from './in-flight.ts';
import { addressForWorker, type WorkerAddress } from './worker-address.ts';
import { codeOf, connectionError } from './worker-error.ts';

export interface HttpProxyOptions {
  routing: Pick<CameraRouting, 'resolve' | 'resolveVideo' | 'report' | 'tie'>;
  log: Logger;
  /** Time for an answer to begin, milliseconds. */
  answerMs?: number;
  /** Time without any byte after which a stream is over, milliseconds. */
  idleMs?: number;
}

const ANSWER_MS = 15_000;
const IDLE_MS = 30_000;
/** Requests under way at one worker; more would only wait there. */
const MAX_ANSWERS = 64;
const MAX_STREAMS = 200;
/** A player of HLS has a request under way nearly always: how many connect is bounded by `MAX_CONNECTIONS`. */
const MAX_FILES = 2000;
/**
 * Headers of a client that reach a worker: nothing that says who asks or by
 * which way, since the worker believes only us. The last four frame the request.
 */
const PASSED_HEADERS = [
  'accept',
  'host',
  'if-none-match',
  'user-agent',
  'connection',
  'content-type',
  'content-length',
  'transfer-encoding',
];

/** Headers of an answer that reach a client from another network. */
const ANSWER_HEADERS =
  /^(content-(type|length|range)|cache-control|etag|vary|retry-after|transfer-encoding|connection|date|x-frame-.+)$/;

interface Proxied extends Request {
  worker?: WorkerAddress;
  isLate?: boolean;
  fail?: (error: unknown) => void;
}

/** Passes one request on. */
type Pass = (req: Proxied, res: Response) => Promise<void>;

/** Handlers of routes with a `cameraId`; each bounds what it has under way at one worker. */
export interface CameraProxies {
  /** For one answer. */
  answers: RequestHandler;
  /** For pictures without end. */
  streams: RequestHandler;
  /** For playlists and files of HLS. */
  files: RequestHandler;
}

/** Creates the handlers. Which paths they pass on is said by the routes that use them. */
export function cameraProxies(options: HttpProxyOptions): CameraProxies {
  const answerMs = options.answerMs ?? ANSWER_MS;
  return {
    answers: passOn(options, {
      agent: new http.Agent({ keepAlive: true }),
      kind: 'kept',
      timeoutMs: answerMs,
      inFlight: new InFlight(MAX_ANSWERS),
    }),
    streams: passOn(options, {
      agent: new http.Agent(),
      kind: 'single',
      timeoutMs: options.idleMs ?? IDLE_MS,
      inFlight: new InFlight(MAX_STREAMS),
      isLasting: true,
    }),
    files: passOn(options, {
      agent: new http.Agent({ keepAlive: true }),
      kind: 'kept',
      timeoutMs: answerMs,
      // Players wait at the worker for the next part most of the time.
      inFlight: new InFlight(MAX_FILES),
      areFiles: true,
      isLasting: true,
    }),
  };
}

/** How one kind of route is passed on. */
interface ProxyRoute {
  agent: Agent;
  /** The agent of a worker with a link. */
  kind: 'kept' | 'single';
  timeoutMs: number;
  inFlight: InFlight;
  /** Whether answers are files of HLS, of which a shared cache may keep some. */
  areFiles?: boolean;
  /** Whether it ends when the camera moves. */
  isLasting?: boolean;
}

function passOn(options: HttpProxyOptions, route: ProxyRoute): RequestHandler {
  const load = lazy(() => createProxy(options, route));
  return async (req: Proxied, res, next) => {
    const cameraId = String(req.params.cameraId);
    const { routing } = options;
    const worker = route.areFiles === true ? routing.resolveVideo(cameraId) : routing.resolve(cameraId);
    route.inFlight.enter(worker.name, res);
    req.worker = worker;
    req.headers = { ...pick(req.headers, PASSED_HEADERS), [TOKEN_HEADER]: worker.token };
    // Express shows the path below the mount point; the worker has its routes where the gateway has them.
    req.url = addressForWorker(req.originalUrl, principalOf(req)?.fileTicket);
    req.fail = failOnce(req, res, next);
    // An answer is waited for; a stream of a worker that has lost the camera would stand still.
    if (route.isLasting === true)
      res.once(
        'close',
        routing.tie(cameraId, worker, () => res.destroy()),
      );
    const pass = await load();
    // The client left while the library was loaded.
    if (!res.destroyed) await pass(req, res);
  };
}

/** Loads the library: with it comes Node's client behind `fetch`, 45 ms of CPU and 2 MB of heap. */
async function createProxy(
  { routing, log }: HttpProxyOptions,
  { agent, kind, timeoutMs, areFiles }: ProxyRoute,
): Promise<Pass> {
  const { ProxyServer } = await import('httpxy');
  const proxy = new ProxyServer<Proxied, Response>({ proxyTimeout: timeoutMs });
  // The proxy cuts off a silent worker with the same error as one that broke off.
  proxy.on('proxyReq', (proxyReq, req) => {
    proxyReq.once('timeout', () => {
      req.isLate = true;
    });
  });
  // It speaks of the connection between worker and gateway.
  proxy.on('proxyRes', (proxyRes, req) => {
    delete proxyRes.headers['keep-alive'];
    if (req?.worker?.link !== undefined) harden(proxyRes.headers);
    if (areFiles === true && isOpenByAddress(req)) allowSharedCache(proxyRes.headers);
  });
  proxy.on('error', (error, req) => {
    const worker = req?.worker?.name ?? 'unknown';
    log.warn({ worker, code: codeOf(error), isLate: req?.isLate === true }, 'proxying failed');
    routing.report(worker);
    req?.fail?.(error);
  });
  return (req, res) => {
    const { origin, link } = req.worker as WorkerAddress;
    return proxy.web(req, res, { target: origin, agent: link?.[kind] ?? agent });
  };
}

/** Whether the address alone opens what it names: a ticket is in it, or no sign-in is needed. */
function isOpenByAddress(req: Request): boolean {
  const kind = principalOf(req)?.kind;
  return kind === 'ticket' || kind === 'open';
}

/** Workers say `private`: they do not know who asks. */
function allowSharedCache(headers: IncomingHttpHeaders): void {
  const control = headers['cache-control'];
  if (control !== undefined) headers['cache-control'] = control.replace(/^private\b/, 'public');
}

/** What a worker that may not be ours answers must neither run in pages of this gateway nor set cookies of it. */
function harden(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) if (!ANSWER_HEADERS.test(name)) delete headers[name];
  Object.assign(headers, FOREIGN_HEADERS);
}

/** Hands a failure to our error middleware: the first, since the proxy may report one twice. */
function failOnce(req: Proxied, res: Response, next: NextFunction): (error: unknown) => void {
  let hasFailed = false;
  return (error) => {
    if (hasFailed || res.destroyed) return;
    hasFailed = true;
    next(connectionError(error, req.worker?.name ?? 'unknown', req.isLate === true));
  };
}

function pick<T extends object>(from: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name))) as Partial<T>;
}
