/** Our own candidates, completed by the addresses only an operator knows. */
import { isIPv4 } from 'node:net';

/** A candidate as browsers take it (`RTCIceCandidateInit`). */
export interface CandidateInit {
  candidate: string;
  sdpMid: string;
  sdpMLineIndex: number;
}

/** Below the priorities of found host candidates: real addresses are tried first (RFC 8445 section 5.1.2.1). */
const PUBLIC_PRIORITY = 2_113_000_000;

/** Highest priority of a host candidate (RFC 8445 section 5.1.2.1). */
const LOOPBACK_PRIORITY = 2_130_706_431;
const LOOPBACK = '127.0.0.1';

/** Adds a host candidate per public address to a description; behind a one-to-one NAT no interface has them. */
export function addPublicAddresses(sdp: string, addresses: readonly string[], port: number): string {
  const known = addressesIn(sdp);
  const wanted = known.length === 0 ? [...addresses, LOOPBACK] : addresses;
  const lines = wanted
    .filter((address) => !known.includes(address))
    .map((address, index) => {
      const foundation = `${isIPv4(address) ? 4 : 6}${index}9`;
      return hostCandidate({ foundation, priority: PUBLIC_PRIORITY - index, address, port });
    })
    .join('');
  return addLines(sdp, lines);
}

/**
 * Adds 127.0.0.1 to an answer when the client itself names a loopback address: a pair that neither side
 * named is peer-reflexive, and clients such as pion wait a second before they nominate it.
 */
export function addLoopback(sdp: string, clientCandidates: readonly string[], port: number): string {
  const isLocal = clientCandidates.some((candidate) => candidate.split(' ')[4]?.startsWith('127.'));
  if (!isLocal || addressesIn(sdp).includes(LOOPBACK)) return sdp;
  const loopback = { foundation: 'lo', priority: LOOPBACK_PRIORITY, address: LOOPBACK, port };
  return addLines(sdp, hostCandidate(loopback));
}

function hostCandidate({
  foundation,
  priority,
  address,
  port,
}: {
  foundation: string;
  priority: number;
  address: string;
  port: number;
}): string {
  return `a=candidate:${foundation} 1 UDP ${priority} ${address} ${port} typ host\r\n`;
}

function addLines(sdp: string, lines: string): string {
  const end = sdp.indexOf('a=end-of-candidates');
  return end < 0 ? sdp + lines : sdp.slice(0, end) + lines + sdp.slice(end);
}

function addressesIn(sdp: string): string[] {
  return [...sdp.matchAll(/^a=candidate:\S+ \d+ \S+ \d+ (\S+)/gm)].map((match) => match[1] as string);
}

/** The candidates of our description one by one, for clients that want them trickled. */
export function candidatesIn(sdp: string, mid: string): CandidateInit[] {
  return [...sdp.matchAll(/^a=(candidate:[^\r\n]+)/gm)].map((match) => ({
    candidate: match[1] as string,
    sdpMid: mid,
    sdpMLineIndex: 0,
  }));
}
