/** The `Transport` header (RFC 2326 section 12.39): unicast over TCP or UDP. */

/** The transport a client asks for. */
export type TransportRequest =
  | { kind: 'tcp'; rtpChannel: number; rtcpChannel: number }
  | { kind: 'udp'; rtpPort: number; rtcpPort: number };

/** The first offered transport that is supported; undefined when there is none (answer 461). */
export function parseTransport(header: string): TransportRequest | undefined {
  for (const offer of header.split(',')) {
    const parsed = parseOffer(offer.trim());
    if (parsed !== undefined) return parsed;
  }
  return undefined;
}

function parseOffer(offer: string): TransportRequest | undefined {
  const [profile = '', ...parameters] = offer.split(';').map((part) => part.trim().toLowerCase());
  if (parameters.includes('multicast')) return undefined;
  if (profile === 'rtp/avp/tcp') {
    const [rtpChannel, rtcpChannel] = pairOf(parameters, 'interleaved') ?? [0, 1];
    return rtcpChannel > 255 ? undefined : { kind: 'tcp', rtpChannel, rtcpChannel };
  }
  if (profile !== 'rtp/avp' && profile !== 'rtp/avp/udp') return undefined;
  const ports = pairOf(parameters, 'client_port');
  if (ports === undefined || ports[0] < 1 || ports[1] > 65535) return undefined;
  return { kind: 'udp', rtpPort: ports[0], rtcpPort: ports[1] };
}

function pairOf(parameters: string[], name: string): [number, number] | undefined {
  const value = parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  const match = /^(\d+)(?:-(\d+))?$/.exec(value ?? '');
  if (match === null) return undefined;
  const first = Number(match[1]);
  return [first, match[2] === undefined ? first + 1 : Number(match[2])];
}

/** The header of the answer. */
export function formatTransport(
  request: TransportRequest,
  { ssrc, serverPort }: { ssrc: number; serverPort: number },
): string {
  const id = `ssrc=${ssrc.toString(16).toUpperCase().padStart(8, '0')}`;
  if (request.kind === 'tcp') {
    return `RTP/AVP/TCP;unicast;interleaved=${request.rtpChannel}-${request.rtcpChannel};${id}`;
  }
  const ports = `client_port=${request.rtpPort}-${request.rtcpPort};server_port=${serverPort}-${serverPort + 1}`;
  return `RTP/AVP;unicast;${ports};${id}`;
}
