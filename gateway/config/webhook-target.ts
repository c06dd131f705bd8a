/**
 * Addresses that deliveries and questions to model servers must never reach, by any name: services there are about the
 * machine itself, and clients are shown the beginning of each response. Private networks are allowed.
 */
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { inNetworks } from '#shared/address-policy.ts';

/** Unspecified, link-local, multicast, reserved (RFC 6890), and the metadata services of clouds. */
const isNoBackend = inNetworks([
  '0.0.0.0/8',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  // 169.254.0.0/16 behind a translator (RFC 6052).
  '64:ff9b::a9fe:0/112',
  'fd00:ec2::/32',
  'fd20:ce::/32',
  'fe80::/10',
  'ff00::/8',
]);

/** Whether the host of a URL is a literal of such an address, in any notation. */
export function isForbiddenTarget(url: string): boolean {
  return isNoBackend(new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'));
}

/** A DNS lookup that fails for names of such addresses; the checked address is the one dialled. */
export function guardedLookup(resolve: LookupFunction = lookup): LookupFunction {
  return (hostname, options, callback) =>
    resolve(hostname, options, (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address);
      if (error === null && addresses.some(isNoBackend)) callback(new ForbiddenTargetError(hostname), '', 0);
      else callback(error, found, family);
    });
}

class ForbiddenTargetError extends Error {
  readonly code = 'ERR_FORBIDDEN_ADDRESS';

  constructor(hostname: string) {
    super(`${hostname} leads to an address that the gateway sends nothing to`);
    this.name = 'ForbiddenTargetError';
  }
}
