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

/** Adds a host candidate per public address to a description; behind a one-to-one NAT no interface has them. */
export function addPublicAddresses(sdp: string, addresses: readonly string[], port: number): string {
  const known = addressesIn(sdp);
  const wanted = known.length === 0 ? [...addresses, '127.0.0.1'] : addresses;
  const lines = wanted
    .filter((address) => !known.includes(address))
    .map((address, index) => {
      const foundation = `${isIPv4(address) ? 4 : 6}${index}9`;
      return `a=candidate:${foundation} 1 UDP ${PUBLIC_PRIORITY - index} ${address} ${port} typ host\r\n`;
    })
    .join('');
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
