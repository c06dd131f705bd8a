/** Which `Host` names the gateway answers to: a page that rebinds its name to our address gets nothing. */
import { isIP } from 'node:net';
import { hostNameOf } from './local-request.ts';

/** Whether a `Host` header names us: an address, `localhost`, or a name that was allowed (`*.domain` too). */
export function isOurHost(header: string | undefined, allowedHosts: readonly string[]): boolean {
  const host = hostNameOf(header);
  if (host === undefined) return false;
  // Rebinding needs a name: an address in the address bar is the address that is asked.
  if (host === 'localhost' || host.endsWith('.localhost') || isIP(host) !== 0) return true;
  return allowedHosts.some((allowed) =>
    allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed,
  );
}
