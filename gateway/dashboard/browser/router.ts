/** Routes by the fragment of the address, so that every address stays relative. */

/** A page and its subject. */
export interface Route {
  page: 'cameras' | 'camera' | 'add' | 'edit' | 'upload' | 'events' | 'deliveries' | 'devices' | 'system';
  cameraId: string;
}

const SIMPLE = ['add', 'upload', 'events', 'deliveries', 'devices', 'system'] as const;

/** Parses an address; unknown ones lead to the first page. */
export function parseRoute(hash: string): Route {
  const [first = '', second = '', third = ''] = hash.replace(/^#?\/?/, '').split('/');
  const simple = SIMPLE.find((page) => page === first);
  if (simple !== undefined) return { page: simple, cameraId: decode(second) };
  if (first !== 'camera' || second === '') return { page: 'cameras', cameraId: '' };
  return { page: third === 'edit' ? 'edit' : 'camera', cameraId: decode(second) };
}

/** The address of a page. */
export function hrefOf(page: Route['page'], cameraId = ''): string {
  const id = encodeURIComponent(cameraId);
  if (page === 'cameras') return '#/';
  if (page === 'camera') return `#/camera/${id}`;
  if (page === 'edit') return `#/camera/${id}/edit`;
  return id === '' ? `#/${page}` : `#/${page}/${id}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
