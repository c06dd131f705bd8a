/** Answers to RTSP requests, method by method (RFC 2326 section 10). */

import { TcpSender, UdpSender } from '#shared/media/rtsp/senders.ts';
import { formatTransport, parseTransport, type TransportRequest } from '#shared/media/rtsp/transport.ts';
import type { Connection, RtspRequest } from './connection.ts';
import { AUDIO_TRACK, describeAudio, describeVideo, TRACK } from './sdp.ts';
import { Session } from './session.ts';
import type { StreamHub } from './stream/stream-hub.ts';

/** An answer, before it is written. */
export interface Answer {
  status: number;
  reason: string;
  headers?: Record<string, string | number | readonly string[]>;
  body?: string;
  /** Done once the answer is on its way. */
  afterwards?(): void;
}

type Handler = (connection: Connection, request: RtspRequest, hub: StreamHub) => Answer;

const HANDLERS: Record<string, Handler> = {
  DESCRIBE: describe,
  SETUP: setUp,
  PLAY: play,
  TEARDOWN: tearDown,
};
const PUBLIC = ['OPTIONS', ...Object.keys(HANDLERS), 'GET_PARAMETER'].join(', ');
/** Methods of RFC 2326 that a camera without recording does not offer. */
const UNSUPPORTED = ['PAUSE', 'ANNOUNCE', 'RECORD', 'SET_PARAMETER', 'REDIRECT'];

/** Answers a request; the connection's session changes with it. */
export function answerRequest(connection: Connection, request: RtspRequest): Answer {
  const { method } = request;
  if (method === 'OPTIONS') return ok({ Public: PUBLIC });
  if (UNSUPPORTED.includes(method))
    return { status: 405, reason: 'Method Not Allowed', headers: { Allow: PUBLIC } };
  if (method !== 'GET_PARAMETER' && !Object.hasOwn(HANDLERS, method)) return refusal(501, 'Not Implemented');
  const isUnknown = connection.context.manners.tellsPathsFirst === true && method === 'DESCRIBE';
  if (isUnknown && !connection.context.hubs.has(request.path)) return refusal(404, 'Not Found');
  const refused = refuseAccess(connection, request);
  if (refused !== undefined) return refused;
  if (hasWrongSession(connection, request)) return refusal(454, 'Session Not Found');
  if (method === 'GET_PARAMETER') return ok();
  const hub = connection.context.hubs.get(request.path === '' ? connection.path : request.path);
  const handler = HANDLERS[method];
  return hub === undefined || handler === undefined
    ? refusal(404, 'Not Found')
    : handler(connection, request, hub);
}

function ok(headers: Answer['headers'] = {}): Answer {
  return { status: 200, reason: 'OK', headers };
}

function refusal(status: number, reason: string): Answer {
  return { status, reason };
}

function refuseAccess(
  { context, authentication, path }: Connection,
  request: RtspRequest,
): Answer | undefined {
  const { faults } = context;
  const redirect = faults.find(path, 'redirect');
  if (redirect !== undefined) {
    return { status: 302, reason: 'Moved Temporarily', headers: { Location: redirect.location } };
  }
  const isForbidden = faults.find(path, 'unauthorized') !== undefined;
  const isKnown = authentication?.accepts(request.method, request.header('authorization')) ?? true;
  if (isForbidden || !isKnown) {
    const challenges = authentication?.challenges ?? ['Digest realm="Simulated camera", nonce="0"'];
    return { status: 401, reason: 'Unauthorized', headers: { 'WWW-Authenticate': challenges } };
  }
  return faults.find(path, 'not-found') === undefined ? undefined : refusal(404, 'Not Found');
}

function hasWrongSession({ session }: Connection, request: RtspRequest): boolean {
  const given = request.header('session')?.split(';')[0]?.trim();
  if (given !== undefined) return given !== session?.id;
  return request.method === 'PLAY' || request.method === 'TEARDOWN';
}

function describe({ context }: Connection, { uri }: RtspRequest, hub: StreamHub): Answer {
  const hasVideo = context.faults.find(hub.path, 'no-video') === undefined;
  return {
    ...ok({ 'Content-Base': `${uri.replace(/\/$/, '')}/`, 'Content-Type': 'application/sdp' }),
    body: hasVideo ? describeVideo(hub.source) : describeAudio(),
  };
}

function setUp(connection: Connection, request: RtspRequest, hub: StreamHub): Answer {
  if (connection.session?.isPlaying === true) return refusal(455, 'Method Not Valid In This State');
  const transport = parseTransport(request.header('transport') ?? '');
  if (transport === undefined) return refusal(461, 'Unsupported Transport');
  if (request.uri.endsWith(AUDIO_TRACK) && connection.session !== undefined)
    return setUpAudio(connection, hub, transport);
  const { udp, sessionTimeoutSeconds } = connection.context;
  connection.endSession();
  if (!connection.context.hasRoom()) return refusal(453, 'Not Enough Bandwidth');
  const sender = createSender(connection, transport);
  const client = connection.socket.remoteAddress ?? '';
  const session = new Session({ hub, sender, client, transport: transport.kind });
  connection.session = session;
  return ok({
    Transport: formatTransport(transport, { ssrc: hub.ssrc, serverPort: udp.rtpPort }),
    Session: `${session.id};timeout=${sessionTimeoutSeconds}`,
  });
}

/** The second track joins the session that the first has made. */
function setUpAudio(connection: Connection, { audio }: StreamHub, transport: TransportRequest): Answer {
  const { session, context } = connection;
  if (audio === undefined || session === undefined) return refusal(404, 'Not Found');
  if (context.faults.find(session.hub.path, 'bad-audio') !== undefined)
    return refusal(503, 'Service Unavailable');
  session.addAudio(audio, createSender(connection, transport));
  return ok({
    Transport: formatTransport(transport, { ssrc: audio.ssrc, serverPort: context.udp.rtpPort }),
    Session: `${session.id};timeout=${context.sessionTimeoutSeconds}`,
  });
}

function createSender({ socket, context }: Connection, transport: TransportRequest) {
  return transport.kind === 'tcp'
    ? new TcpSender(socket, transport)
    : new UdpSender(context.udp, socket.remoteAddress ?? '127.0.0.1', transport);
}

function play({ session }: Connection, { uri }: RtspRequest, hub: StreamHub): Answer {
  if (session === undefined) return refusal(454, 'Session Not Found');
  const track = uri.endsWith(TRACK) ? uri : `${uri.replace(/\/$/, '')}/${TRACK}`;
  const { start } = hub;
  const position = start === undefined ? '' : `;seq=${start.sequence};rtptime=${start.timestamp % 2 ** 32}`;
  return {
    ...ok({ Session: session.id, Range: 'npt=now-', 'RTP-Info': `url=${track}${position}` }),
    afterwards: () => session.play(),
  };
}

function tearDown(connection: Connection): Answer {
  connection.endSession();
  return ok();
}
