/** All WebRTC sessions of a worker, and the streams they share. */
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { OpenAudioTranscoder } from '../../packets/carried-audio.ts';
import { CameraStream, type PacketFeed } from './camera-stream.ts';
import type { Opening } from './opening.ts';
import type { CreatePeer } from './peer.ts';
import { withPermittedCandidates } from './sdp/candidate-policy.ts';
import { SESSION_TIMINGS, Session, type SessionKind, type SessionTimings } from './session.ts';
import type { UdpPort } from './udp-port.ts';

/** The used part of cameras. */
export interface SessionCameras extends PacketFeed {
  has(cameraId: string): boolean;
}

export interface SessionSetOptions {
  cameras: SessionCameras;
  udpPort: UdpPort;
  publicAddresses: readonly string[];
  /** Loads the library that makes peers. */
  loadPeers: (udpPort: number) => Promise<CreatePeer>;
  /** Makes Opus of AAC; without it a camera with AAC is silent. */
  openTranscoder?: OpenAudioTranscoder;
  log: Logger;
  timings?: SessionTimings;
  maxSessions?: number;
}

const ELSEWHERE: Opening = { isClientLocal: false };
const MAX_SESSIONS = 256;
const CHECK_MS = 1000;
const RETRY_AFTER_SECONDS = 5;

/** Owns every session of this process. */
export class SessionSet {
  readonly #options: SessionSetOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #streams = new Map<string, CameraStream>();
  #peers: Promise<{ createPeer: CreatePeer; udpPort: number }> | undefined;
  #checks: NodeJS.Timeout | undefined;
  #nextNumber = 0;
  #isClosed = false;

  constructor(options: SessionSetOptions) {
    this.#options = options;
  }

  /** Every session, in order of creation. */
  list(): Session[] {
    return [...this.#sessions.values()];
  }

  /** @throws AppError `session-not-found` */
  get(id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new AppError('session-not-found', `No session ${id}`);
    return session;
  }

  /** Opens a session with an offer of ours. @throws AppError `camera-not-found`, `webrtc-*`, `too-many-requests` */
  async open(cameraId: string, opening: Opening = ELSEWHERE): Promise<Session> {
    return this.#open(cameraId, 'server-offer', opening, (session) => session.offer());
  }

  /** Opens a session with the answer to a player's offer. @throws AppError as {@link open}, and `invalid-sdp` */
  async openWhep(cameraId: string, offer: string, opening: Opening = ELSEWHERE): Promise<Session> {
    const permitted = withPermittedCandidates(offer, opening.isClientLocal);
    return this.#open(cameraId, 'whep', opening, (session) => session.answer(permitted));
  }

  /** Ends every session. */
  close(): void {
    this.#isClosed = true;
    for (const session of this.list()) session.end(new AppError('draining', 'The camera process stops'));
  }

  async #open(
    cameraId: string,
    kind: SessionKind,
    { number, isClientLocal, owner }: Opening,
    negotiate: (session: Session) => Promise<void>,
  ): Promise<Session> {
    this.#admit(cameraId);
    this.#peers ??= this.#loadPeers();
    const { createPeer, udpPort } = await this.#peers;
    this.#admit(cameraId);
    const { publicAddresses, timings = SESSION_TIMINGS } = this.#options;
    const id = `${cameraId}_${number ?? this.#count()}`;
    // Before the stream is taken, which ends with the last session of its camera.
    this.#sessions.get(id)?.end();
    const stream = this.#streamOf(cameraId);
    const session = new Session({
      id,
      cameraId,
      kind,
      isClientLocal,
      owner,
      stream,
      createPeer,
      udpPort,
      publicAddresses,
      timings,
    });
    this.#add(session);
    stream.add(session);
    try {
      await stream.decided();
      if (stream.fault !== undefined) throw stream.fault;
      if (session.state === 'closed')
        throw new AppError('session-not-found', 'The session ended before it was open');
      await negotiate(session);
    } catch (error) {
      session.end(error instanceof AppError ? error : undefined);
      throw error;
    }
    return session;
  }

  #admit(cameraId: string): void {
    const { cameras, maxSessions = MAX_SESSIONS } = this.#options;
    if (this.#isClosed) throw new AppError('draining', 'The camera process stops', { retryAfter: 1 });
    if (!cameras.has(cameraId)) throw new AppError('camera-not-found', `No camera ${cameraId}`);
    if (this.#sessions.size < maxSessions) return;
    throw new AppError('too-many-requests', `This worker carries at most ${maxSessions} WebRTC sessions`, {
      retryAfter: RETRY_AFTER_SECONDS,
    });
  }

  async #loadPeers(): Promise<{ createPeer: CreatePeer; udpPort: number }> {
    try {
      const udpPort = await this.#options.udpPort.claim();
      const createPeer = await this.#options.loadPeers(udpPort);
      this.#options.log.info({ udpPort }, 'WebRTC is ready');
      return { createPeer, udpPort };
    } catch (error) {
      // The next viewer tries again.
      this.#peers = undefined;
      this.#options.log.error({ reason: messageOf(error) }, 'WebRTC cannot be started');
      throw error;
    }
  }

  #count(): number {
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    return number;
  }

  #add(session: Session): void {
    this.#sessions.set(session.id, session);
    session.events.once('end', (reason) => this.#remove(session, reason));
    this.#checks ??= setInterval(() => {
      const now = performance.now();
      for (const each of this.list()) each.check(now);
    }, CHECK_MS);
  }

  #remove(session: Session, reason: AppError | undefined): void {
    const { id, cameraId } = session;
    this.#sessions.delete(id);
    this.#options.log.debug({ sessionId: id, reason: reason?.code ?? 'left' }, 'WebRTC session ended');
    if (!this.list().some((other) => other.cameraId === cameraId)) {
      this.#streams.get(cameraId)?.close();
      this.#streams.delete(cameraId);
    }
    if (this.#sessions.size > 0) return;
    clearInterval(this.#checks);
    this.#checks = undefined;
  }

  #streamOf(cameraId: string): CameraStream {
    const known = this.#streams.get(cameraId);
    if (known !== undefined) return known;
    const stream = new CameraStream(cameraId, this.#options.cameras, this.#options.openTranscoder);
    this.#streams.set(cameraId, stream);
    return stream;
  }
}
