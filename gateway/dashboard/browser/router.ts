/** Routes by the fragment of the address, so that every address stays relative. */

/** Paths of the pages below `#/`, by id; the rest of a page is its row in `pages.ts`. */
export const PATHS = {
  cameras: '',
  camera: 'camera/:cameraId',
  edit: 'camera/:cameraId/edit',
  use: 'camera/:cameraId/use',
  zones: 'camera/:cameraId/zones',
  add: 'add',
  addByHand: 'add/by-hand',
  upload: 'upload',
  ask: 'ask',
  watches: 'watches',
  watchNew: 'watches/new',
  watchEdit: 'watches/:watchId',
  events: 'events',
  timeline: 'timeline/:cameraId',
  health: 'settings/health',
  reasoning: 'settings/reasoning',
  detection: 'settings/detection',
  deliveries: 'settings/deliveries',
  devices: 'settings/devices',
  notifications: 'settings/notifications',
  keys: 'settings/keys',
  agents: 'settings/agents',
  appearance: 'settings/appearance',
  logs: 'settings/logs',
} as const;

/** Id of a page. */
export type PageId = keyof typeof PATHS;

/** A page and its subject. */
export interface Route {
  page: PageId;
  /** The parameter `cameraId`; empty without one. */
  cameraId: string;
  /** Parameters of the path by name, decoded. */
  params: Readonly<Record<string, string>>;
  /** What follows `?`. */
  query: URLSearchParams;
}

/** Parses an address; unknown ones lead to the first page. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  for (const [page, pattern] of Object.entries(PATHS)) {
    const params = paramsOf(pattern, path);
    if (params !== undefined) return routeTo(page as PageId, params, query);
  }
  return routeTo('cameras', {}, '');
}

/** The address of a page. @param params parameters of its path; a text is the camera's id */
export function hrefOf(page: PageId, params: string | Readonly<Record<string, string>> = {}): string {
  const given = typeof params === 'string' ? { cameraId: params } : params;
  const path = PATHS[page].replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(given[name] ?? ''));
  return `#/${path}`;
}

function routeTo(page: PageId, params: Record<string, string>, query: string): Route {
  return { page, params, cameraId: params.cameraId ?? '', query: new URLSearchParams(query) };
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] as string;
    if (!part.startsWith(':')) {
      if (part !== value) return undefined;
    } else if (value === '') return undefined;
    else params[part.slice(1)] = decode(value);
  }
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
