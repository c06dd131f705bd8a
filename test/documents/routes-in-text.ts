/** Routes that the running text of documents names, such as `POST /api/keys {"name": "Assistant"}`. */
import type { Route, RouteGroup } from '../../gateway/http/route.ts';
import { DOCUMENTS, inlineCode } from './blocks.ts';

/** One mention. */
export interface NamedRoute {
  page: string;
  method: string;
  path: string;
  /** What stands after the path; empty where nothing does. */
  body: string;
  /** Undefined: the gateway has no such route. */
  route: Route | undefined;
}

/** Tables that leave out the beginning of their paths, by page. */
const BEGINNINGS: Record<string, string> = {
  'docs/cameras.md': '/api/cameras/:id',
  'docs/ptz.md': '/api/cameras/:id/ptz',
  'docs/recordings.md': '/api/recordings',
};
const MENTION = /^(GET|POST|PUT|PATCH|DELETE) (\/[^\s?]*)(?:\?\S*)?(?: (.*))?$/;

/** All of them; routes of other programs, such as `{APP_PY_URL}/api/camera-event`, are left out. */
export function routesInText(groups: readonly RouteGroup[]): NamedRoute[] {
  const routes = groups.flatMap((group) => group.routes);
  return DOCUMENTS.flatMap((page) =>
    inlineCode(page).flatMap((code) => {
      const [, method = '', path = '', body = ''] = MENTION.exec(code) ?? [];
      if (method === '') return [];
      return alternatives(path).map((each) => ({
        page,
        method,
        path: each,
        body,
        route: find(routes, method, each) ?? find(routes, method, `${BEGINNINGS[page]}${each}`),
      }));
    }),
  );
}

/** Whether it is JSON, and not a sketch such as `{code, name}`. */
export function isJsonBody(body: string): boolean {
  return body.startsWith('{"');
}

/** `/api/{a,b}` stands for `/api/a` and `/api/b`. */
function alternatives(path: string): string[] {
  const [whole, list] = /\{([^}]*,[^}]*)\}/.exec(path) ?? [];
  if (whole === undefined) return [path];
  return (list as string).split(',').map((each) => path.replace(whole, each));
}

function find(routes: readonly Route[], method: string, path: string): Route | undefined {
  return routes.find(
    (route) =>
      (route.method === 'all' || route.method === method.toLowerCase()) && isSamePath(route.path, path),
  );
}

/** A parameter stands for every segment; the text names parameters as it likes. */
function isSamePath(declared: string, named: string): boolean {
  const ours = declared.replace(/\/$/, '').split('/');
  const theirs = named.replace(/\/$/, '').split('/');
  return (
    ours.length === theirs.length && ours.every((part, at) => part.startsWith(':') || part === theirs[at])
  );
}
