/** A MediaMTX server on a local port: real HTTP with recorded shapes. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { bodyOf, listening, originOf, stop } from '../../../support/serve.ts';

/** One request as it came. */
export interface SeenRequest {
  method: string;
  /** With the query. */
  path: string;
  authorization: string | undefined;
  body: unknown;
}

type Reply = [status: number, body?: unknown, headers?: Record<string, string>];
type Handler = (request: SeenRequest) => Reply | undefined;

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };

/** Plays v1.20 unless told otherwise. */
export class MediamtxDouble {
  readonly #server: Server;
  readonly seen: SeenRequest[] = [];
  paths: object[] = [];
  readonly configs = new Map<string, Record<string, unknown>>();
  /** Undefined for versions before v1.15.2. */
  info: { version: string; started: string } | undefined = {
    version: 'v1.20.1',
    started: '2026-08-22T08:00:00Z',
  };
  /** Whether connections break before any answer. */
  isDown = false;
  /** Looked at first; undefined lets the request through. */
  intercept: Handler = () => undefined;

  private constructor() {
    this.#server = createServer(async (req, res) => {
      if (this.isDown) {
        req.destroy();
        return;
      }
      const body = await bodyOf(req);
      if (body === undefined) return;
      const [status, text, headers] = this.#answer(toSeen(req, body));
      res.writeHead(status, headers).end(text);
    });
  }

  static async open(): Promise<MediamtxDouble> {
    const double = new MediamtxDouble();
    await listening(double.#server);
    return double;
  }

  get origin(): string {
    return originOf(this.#server);
  }

  close(): void {
    stop(this.#server);
  }

  /** What was asked, as `METHOD /path` without queries. */
  get calls(): string[] {
    return this.seen.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
  }

  /** Calls that change something. */
  get changes(): string[] {
    return this.calls.filter((call) => !call.startsWith('GET'));
  }

  #answer(request: SeenRequest): [status: number, text: string, headers: Record<string, string>] {
    this.seen.push(request);
    const [status, body, headers] = this.intercept(request) ?? this.#route(request);
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    return [status, text, headers ?? JSON_TYPE];
  }

  #route({ method, path, body }: SeenRequest): Reply {
    const url = new URL(path, 'http://local');
    const [, call = '', name = ''] =
      /^\/v3\/(info|paths\/list|paths\/get|config\/paths\/\w+)\/?(.*)$/.exec(url.pathname) ?? [];
    const key = decodeURIComponent(name);
    if (method === 'GET' && call === 'info' && this.info !== undefined) return [200, this.info];
    if (method === 'GET' && call === 'paths/list') return page(this.paths, url);
    if (method === 'GET' && call === 'paths/get')
      return this.configs.has(key) ? [200, { name: key }] : notFound();
    if (method === 'GET' && call === 'config/paths/list') return page([...this.configs.values()], url);
    if (method === 'POST' && call === 'config/paths/replace') return this.#set(key, body);
    if (method === 'DELETE' && call === 'config/paths/delete') {
      return this.configs.delete(key) ? [200, { status: 'ok' }] : notFound();
    }
    return [404, '404 page not found', { 'Content-Type': 'text/plain' }];
  }

  #set(name: string, body: unknown): Reply {
    this.configs.set(name, { name, record: false, ...(body as object) });
    return [200, { status: 'ok' }];
  }
}

function toSeen(req: IncomingMessage, text: string): SeenRequest {
  return {
    method: req.method ?? '',
    path: req.url ?? '',
    authorization: req.headers.authorization,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** One page, as `internal/api/paginate.go` cuts it. */
export function page(items: readonly object[], url: URL): Reply {
  const size = Number(url.searchParams.get('itemsPerPage') ?? 100);
  const start = size * Number(url.searchParams.get('page') ?? 0);
  const body = {
    itemCount: items.length,
    pageCount: Math.ceil(items.length / size),
    items: items.slice(start, start + size),
  };
  return [200, body];
}

function notFound(): Reply {
  return [404, { status: 'error', error: 'path not found' }];
}
