/** Finds the addresses of a camera's host and checks every one before any is dialled. */
import { type LookupAddress, lookup as lookupOnce } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { type AddressPolicy, checkAddress, checkLiteral } from '#shared/address-policy.ts';

const lookup = promisify(lookupOnce);

/** Resolves a name to all of its addresses. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** What decides about an address. */
export interface AddressGuard {
  policy: AddressPolicy;
  /** Default: the system's resolver. */
  resolve?: Resolve;
}

/**
 * Resolves a host once. One bad answer among good ones refuses them all: a name that points at the
 * inside of a network as well as at a camera is no accident.
 * @returns a lookup that returns these addresses without resolving again: the checked address is the one dialled
 * @throws AppError `camera-address-denied`; the resolver's own error
 */
export async function resolveChecked(
  host: string,
  port: number,
  { policy, resolve = resolveAll }: AddressGuard,
): Promise<LookupFunction> {
  checkLiteral(host, port, policy);
  const family = isIP(host);
  const found = family === 0 ? await resolve(host) : [{ address: host, family }];
  const own = ownAddresses();
  for (const { address } of found) checkAddress(address, port, policy, own);
  return (_host, { all }, callback) => {
    const first = found[0];
    if (all === true) callback(null, found);
    else if (first === undefined) callback(new Error('The name has no address'), '');
    else callback(null, first.address, first.family);
  };
}

function resolveAll(host: string): Promise<LookupAddress[]> {
  return lookup(host, { all: true });
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address }) => address),
  );
}
