/** Which addresses of a client's candidates are tried: each one tried gets UDP of ours (STUN, RFC 8445 section 7). */
import { isRemoteAddress } from '#shared/address-policy.ts';

const CANDIDATE_ADDRESS = /^(?:a=)?candidate:\S+ \d+ \S+ \d+ (\S+)/i;

/**
 * Whether a candidate may be tried. A client elsewhere has no loopback, link-local, multicast or reserved
 * address; what is no address, as names of mDNS, is judged by others.
 * @param isClientLocal whether the client is on this machine
 */
export function isPermittedCandidate(candidate: string, isClientLocal: boolean): boolean {
  const address = CANDIDATE_ADDRESS.exec(candidate)?.[1] ?? '';
  return isClientLocal || !/^[\d.]+$|:/.test(address) || isRemoteAddress(address);
}

/** A client's description without candidates that may not be tried. */
export function withPermittedCandidates(sdp: string, isClientLocal: boolean): string {
  if (isClientLocal) return sdp;
  return sdp
    .split(/(?<=\n)/)
    .filter((line) => !line.startsWith('a=candidate:') || isPermittedCandidate(line, isClientLocal))
    .join('');
}
