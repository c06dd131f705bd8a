/** The principal of a request: role and kind of login. */
import type { IncomingMessage } from 'node:http';

/** `admin` may do everything, `viewer` may look. */
export type Role = 'admin' | 'viewer';

/** Who was recognised. */
export interface Principal {
  role: Role;
  /**
   * `local`: from this very machine. `token`: a token in the Authorization header.
   * `session`: a cookie of a browser. `ticket`: for one address, for a short while. `open`: AUTH=off.
   */
  kind: 'local' | 'token' | 'session' | 'ticket' | 'open';
  /** Of a session and of the tickets made in it, so that sockets can be closed with it. */
  sessionId?: string;
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
