/** `/ws/webrtc/:sessionId`: offer, answer and candidates of one session as messages (docs/contract.md, section 5). */
import type { WebSocket } from 'ws';
import { parseFields } from '#shared/camera.ts';
import { socketMessageSchema } from '#shared/contract/webrtc.ts';
import { AppError } from '#shared/errors.ts';
import { TokenBucket } from '#shared/frames/token-bucket.ts';
import { keepAlive } from '#shared/http/heartbeat.ts';
import type { IceServer } from '#shared/webrtc-settings.ts';
import { answerOrEnd, describeOffer } from './routes.ts';
import type { Session } from './session.ts';
import type { SessionSet } from './session-set.ts';
import { addClientCandidate } from './signalling.ts';

/** What a socket is served with. */
export interface SessionSocketOptions {
  iceServers: readonly IceServer[];
  heartbeatMs?: number;
}

const MESSAGES_PER_SECOND = 20;
const MESSAGE_BURST = 100;
/** RFC 6455 section 7.4.1. */
const CLOSE_NORMAL = 1000;
const CLOSE_POLICY = 1008;
/** For applications (RFC 6455 section 7.4.2); ours follow the HTTP status of the reason. */
const CLOSE_APPLICATION = 4000;

const PATH = /^\/ws\/webrtc\/([A-Za-z0-9._-]{1,128})$/;

/** What serves the socket at a path of a session; undefined where there is none. */
export function findSessionSocket(
  path: string,
  sessions: SessionSet,
  options: SessionSocketOptions,
): ((socket: WebSocket) => void) | undefined {
  const id = PATH.exec(path)?.[1];
  const session = sessions.list().find((candidate) => candidate.id === id);
  return session === undefined ? undefined : (socket) => serveSessionSocket(socket, session, options);
}

/** Serves the socket until it closes; before an answer its end is that of the session too. */
export function serveSessionSocket(
  socket: WebSocket,
  session: Session,
  { iceServers, heartbeatMs }: SessionSocketOptions,
): void {
  const budget = new TokenBucket({ perSecond: MESSAGES_PER_SECOND, burst: MESSAGE_BURST });
  const send = (message: object): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const tellState = (state: string): void => send({ type: 'state', sessionId: session.id, state });
  keepAlive(socket, { everyMs: heartbeatMs });
  const onEnd = (reason: AppError | undefined): void => {
    if (reason !== undefined) send(errorMessage(reason));
    const code = reason === undefined ? CLOSE_NORMAL : CLOSE_APPLICATION + reason.status;
    socket.close(code, reason?.code ?? 'session ended');
  };
  session.events.on('state', tellState);
  session.events.once('end', onEnd);
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    session.events.off('state', tellState);
    session.events.off('end', onEnd);
    if (!session.isAnswered) session.end();
  });
  socket.on('message', (data, isBinary) => {
    if (!budget.take()) return socket.close(CLOSE_POLICY, 'too many messages');
    try {
      obey(isBinary ? undefined : data.toString(), { session, send, iceServers });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      send(errorMessage(error));
    }
  });
  sendCandidates(session, send);
}

interface Context {
  session: Session;
  send: (message: object) => void;
  iceServers: readonly IceServer[];
}

function obey(text: string | undefined, { session, send, iceServers }: Context): void {
  const message = parseFields(socketMessageSchema, parseJson(text));
  switch (message.type) {
    case 'offer':
      send({ type: 'offer', ...describeOffer(session, iceServers), sdp: session.description });
      break;
    case 'answer':
      answerOrEnd(session, message.sdp);
      send({ type: 'answer', success: true, sessionId: session.id });
      break;
    case 'candidate':
      addClientCandidate(session, message.candidate);
      break;
    case 'ping':
      send({ type: 'pong' });
      break;
    case 'close':
      session.end();
      break;
  }
}

/** Ours are known from the start; `null` ends them as in browsers. */
function sendCandidates(session: Session, send: (message: object) => void): void {
  for (const candidate of session.candidates) send({ type: 'candidate', sessionId: session.id, candidate });
  send({ type: 'candidate', sessionId: session.id, candidate: null });
}

function errorMessage({ code, message, hint }: AppError): object {
  return { type: 'error', code, message, ...(hint === undefined ? {} : { hint }) };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new AppError('invalid-json', 'The message is not valid JSON');
  }
}
