/** The principal of a request: role, cameras and kind of login. */
import type { IncomingMessage } from 'node:http';

/** `viewer` may look, `operator` may also move cameras, ask and switch, `admin` may do everything. */
export type Role = 'viewer' | 'operator' | 'admin';

/** Who was recognised. */
export interface Principal {
  role: Role;
  /**
   * `local`: from this very machine. `token`: a token of the settings. `key`: a key of `POST /api/keys`.
   * `session`: a cookie of a browser. `ticket`: for one address, for a short while. `proxy`: signed in by a
   * trusted proxy. `open`: AUTH=off.
   */
  kind: 'local' | 'token' | 'key' | 'session' | 'ticket' | 'proxy' | 'open';
  /** The only cameras that exist for it; absent: all. */
  cameras?: ReadonlySet<string> | undefined;
  /** Name of the key, or of the person whom a proxy has signed in. */
  name?: string | undefined;
  /** Of a session and of the tickets made in it: it ends with the session. */
  sessionId?: string | undefined;
  /** Of a key, and of the sessions and tickets made with it: it ends with the key. */
  keyId?: string | undefined;
  /** Opens the files that a playlist names, where the playlist was opened with a key in its address. */
  fileTicket?: string | undefined;
}

const principals = new WeakMap<IncomingMessage, Principal>();

/** Notes who makes a request. */
export function setPrincipal(request: IncomingMessage, principal: Principal | undefined): void {
  if (principal === undefined) principals.delete(request);
  else principals.set(request, principal);
}

/** Who makes a request; undefined for a stranger. */
export function principalOf(request: IncomingMessage): Principal | undefined {
  return principals.get(request);
}

/** The sign-ins with which a principal ends: its session, its key. */
export function signInsOf(principal: Principal | undefined): string[] {
  return [principal?.sessionId, principal?.keyId].filter((id) => id !== undefined);
}
