/** Which `Host` names the gateway answers to: a page that rebinds its name to our address gets nothing. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { hostNameOf } from './local-request.ts';

/**
 * Whether a `Host` header names us: an address, a name that only the local network can resolve, the machine's
 * own name, or a name that was allowed (`*.domain` too).
 * @param ownName name of this machine
 */
export function isOurHost(
  header: string | undefined,
  allowedHosts: readonly string[],
  ownName = hostname(),
): boolean {
  const host = hostNameOf(header);
  if (host === undefined) return false;
  // Rebinding needs a name: an address in the address bar is the address that is asked.
  if (host === 'localhost' || host.endsWith('.localhost') || isIP(host) !== 0) return true;
  if (isOfNetwork(host) || host === ownName.toLowerCase()) return true;
  return allowedHosts.some((allowed) =>
    allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed,
  );
}

/** Names that no stranger can register: without a dot, or of multicast DNS (RFC 6762). */
function isOfNetwork(host: string): boolean {
  return !host.includes('.') || host.endsWith('.local');
}
