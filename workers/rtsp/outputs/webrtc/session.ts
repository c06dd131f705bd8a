/** One viewer over WebRTC, from its offer to its end. */
import { randomInt, randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { AppError } from '#shared/errors.ts';
import type { VideoCodec } from '#shared/media/packet.ts';
import { parseFeedback } from '#shared/media/rtp/rtcp.ts';
import type { CameraStream, StreamViewer } from './camera-stream.ts';
import type { Opening } from './opening.ts';
import type { CreatePeer, Peer, PeerState } from './peer.ts';
import { AudioSender } from './rtp/audio-sender.ts';
import { RtpSender } from './rtp/rtp-sender.ts';
import { addLoopback, addPublicAddresses, type CandidateInit, candidatesIn } from './sdp/candidates.ts';
import type { AudioLine, CodecLine } from './sdp/codecs.ts';
import { OFFERED_AUDIO, OFFERED_CODECS, ownFirst } from './sdp/codecs.ts';
import { addEach, isCandidate, isUsableCandidate, MAX_CANDIDATES } from './sdp/description.ts';
import { completeAnswer, readAnswer, readOffer } from './sdp/negotiation.ts';

/** Who offers: we, or the player (WHEP). */
export type SessionKind = 'server-offer' | 'whep';

export interface SessionOptions extends Omit<Opening, 'number'> {
  id: string;
  cameraId: string;
  kind: SessionKind;
  stream: CameraStream;
  createPeer: CreatePeer;
  /** The shared UDP port. */
  udpPort: number;
  publicAddresses: readonly string[];
  timings: SessionTimings;
}

/** Time limits of a session, milliseconds. */
export interface SessionTimings {
  /** For the answer to our offer. */
  answerMs: number;
  /** Without any sign of the viewer. */
  goneMs: number;
  /** Pause between sender reports. */
  reportMs: number;
}

export const SESSION_TIMINGS: SessionTimings = { answerMs: 30_000, goneMs: 15_000, reportMs: 2000 };

/** What a session tells: its connection's state, and its end, which comes once. */
export interface SessionEvents {
  state: [PeerState];
  end: [AppError | undefined];
}

/**
 * After the answer, before the candidates of the offer are used. The library would check them before the client has
 * the answer; clients such as pion nominate only when a check of ours reaches a pair that works, or 200 ms later.
 */
const CANDIDATE_DELAY_MS = 30;
/** Media ids of the sections we offer. */
const OWN_MID = '0';
const OWN_AUDIO_MID = '1';

/** A viewer's session. */
export class Session implements StreamViewer {
  readonly id: string;
  readonly cameraId: string;
  readonly kind: SessionKind;
  readonly sender: RtpSender;
  readonly isClientLocal: boolean;
  readonly owner: string | undefined;
  readonly createdAt = Date.now();
  /** Changes with the ICE credentials, which never change here (RFC 9725 section 4.3.1). */
  readonly etag = `"${randomUUID()}"`;
  readonly events = new EventEmitter<SessionEvents>();
  readonly #options: SessionOptions;
  readonly #ssrc = randomInt(1, 0xffffffff);
  readonly #audioSsrc = randomInt(1, 0xffffffff);
  #audio: AudioSender | undefined;
  #offersAudio = false;
  #peer: Peer | undefined;
  #state: PeerState = 'new';
  #codecs: readonly CodecLine[] = [];
  #description = '';
  #mid = OWN_MID;
  #clientUfrag: string | undefined;
  #isAnswered = false;
  #connectedAt: number | undefined;
  #lastSignAt = performance.now();
  #reportedAt = 0;
  #lossRate: number | undefined;
  #candidates = 0;
  #candidateTimer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.id = options.id;
    this.cameraId = options.cameraId;
    this.kind = options.kind;
    this.isClientLocal = options.isClientLocal;
    this.owner = options.owner;
    this.sender = new RtpSender({
      log: options.stream.log,
      ssrc: this.#ssrc,
      send: (packet) => this.#peer?.send(packet),
    });
    this.events.setMaxListeners(0);
  }

  get audio(): AudioSender | undefined {
    return this.#audio;
  }

  get state(): PeerState {
    return this.#hasEnded ? 'closed' : this.#state;
  }

  /** Whether both sides have described themselves. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Our description: the offer, or the answer to a player's. */
  get description(): string {
    return this.#description;
  }

  /** Our candidates, for clients that want them one by one. */
  get candidates(): CandidateInit[] {
    return candidatesIn(this.#description, this.#mid);
  }

  /** ICE user name fragment of the client, once it is known. */
  get clientUfrag(): string | undefined {
    return this.#clientUfrag;
  }

  /** What `GET /api/streams/status` tells. */
  get status(): object {
    const since = (time: number | undefined) => (time === undefined ? null : time / 1000);
    return {
      sessionId: this.id,
      cameraId: this.cameraId,
      type: this.kind,
      state: this.state,
      createdAt: since(this.createdAt),
      connectedAt: since(this.#connectedAt),
      codec: this.#options.stream.codec ?? null,
      packetsSent: this.sender.packets,
      bytesSent: this.sender.octets,
      lossRate: this.#lossRate ?? null,
    };
  }

  /** Makes our offer. @throws AppError `webrtc-unavailable` */
  async offer(): Promise<void> {
    this.#offersAudio = this.#options.stream.audioCodec !== undefined;
    const audio = this.#offersAudio ? { mid: OWN_AUDIO_MID, codecs: OFFERED_AUDIO } : undefined;
    const peer = this.#createPeer(OFFERED_CODECS, audio);
    this.#description = this.#withAddresses(await peer.offer());
  }

  /** Takes the answer to our offer. @throws AppError `session-state`, `invalid-sdp`, `webrtc-unsupported-codec` */
  acceptAnswer(sdp: string): void {
    if (this.kind !== 'server-offer' || this.#isAnswered || this.#hasEnded) {
      throw new AppError('session-state', `Session ${this.id} awaits no answer`);
    }
    const answer = readAnswer(sdp, { hasAudio: this.#offersAudio });
    this.#requireCarried(answer.codecs);
    this.#peer?.acceptAnswer(answer.reduced);
    this.#answered(answer.codecs, answer.audio);
  }

  /** Answers a player's offer. @throws AppError `invalid-sdp`, `webrtc-unsupported-codec`, `webrtc-unavailable` */
  async answer(sdp: string): Promise<void> {
    const offer = readOffer(sdp, { wantsAudio: this.#options.stream.audioCodec !== undefined });
    this.#requireCarried(offer.codecs);
    const codecs = ownFirst(offer.codecs, this.#options.stream.codec);
    this.#mid = offer.mid;
    this.#clientUfrag = offer.ufrag;
    const peer = this.#createPeer(codecs, offer.audio);
    const answer = this.#withAddresses(await peer.answer(offer.reduced));
    this.#description = completeAnswer(addLoopback(answer, offer.candidates, this.#options.udpPort), offer);
    this.#answered(codecs, offer.audio?.codecs ?? []);
    const add = (candidate: string): void => this.addCandidate(candidate);
    this.#candidateTimer = setTimeout(() => addEach(offer.candidates, add), CANDIDATE_DELAY_MS).unref();
  }

  /**
   * Takes a candidate of the client (`candidate:…`); those of other protocols
   * or with names in place of addresses are of no use and passed over.
   * @throws AppError `invalid-field`, `session-state`
   */
  addCandidate(candidate: string): void {
    if (candidate === '') return;
    if (!isCandidate(candidate)) {
      throw new AppError('invalid-field', 'candidate: is not an ICE candidate', { field: 'candidate' });
    }
    if (!this.#isAnswered) throw new AppError('session-state', 'Candidates come after the answer');
    this.#candidates += 1;
    if (isUsableCandidate(candidate) && this.#candidates <= MAX_CANDIDATES)
      this.#peer?.addCandidate(candidate);
  }

  onCodec(codec: VideoCodec): void {
    const line = this.#codecs.find((candidate) => candidate.codec === codec);
    if (line !== undefined) this.sender.restart(line.payloadType);
    else this.end(unsupported(codec));
  }

  onEnd(reason: AppError): void {
    this.end(reason);
  }

  /** Ends the session when its time is over, and reports to the viewer. @param now `performance.now()` */
  check(now: number): void {
    const { answerMs, goneMs, reportMs } = this.#options.timings;
    const silentMs = now - this.#lastSignAt;
    if (!this.#isAnswered) {
      if (silentMs >= answerMs)
        this.end(new AppError('webrtc-unanswered', 'The offer was not answered in time'));
      return;
    }
    if (silentMs >= goneMs) {
      this.end(new AppError('webrtc-peer-gone', 'Nothing was heard of the viewer for too long'));
      return;
    }
    if (this.#state !== 'connected' || now - this.#reportedAt < reportMs) return;
    this.#reportedAt = now;
    if (this.sender.packets > 0) this.#peer?.send(this.sender.report(Date.now()));
    const audioReport = this.#audio?.report(Date.now());
    if (audioReport !== undefined) this.#peer?.sendAudio(audioReport);
  }

  /** Ends it and frees everything. @param reason what the client is told; nothing when it wanted the end itself */
  end(reason?: AppError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#candidateTimer);
    this.#options.stream.remove(this);
    this.#peer?.close();
    this.#peer = undefined;
    this.events.emit('end', reason);
  }

  #createPeer(codecs: readonly CodecLine[], audio?: { mid: string; codecs: readonly AudioLine[] }): Peer {
    const sound = audio === undefined ? undefined : { ...audio, ssrc: this.#audioSsrc };
    const media = { mid: this.#mid, ssrc: this.#ssrc, codecs, audio: sound };
    this.#peer = this.#options.createPeer(media, {
      onState: (state) => this.#onState(state),
      onOpen: () => this.#options.stream.play(this),
      onRtcp: (bytes) => {
        this.#lastSignAt = performance.now();
        const feedback = parseFeedback(bytes, this.#audioSsrc);
        this.#lossRate = feedback.lossRate ?? this.#lossRate;
        this.#options.stream.take(this, feedback);
      },
    });
    return this.#peer;
  }

  #onState(state: PeerState): void {
    this.#state = state;
    if (state === 'connected') {
      this.#lastSignAt = performance.now();
      this.#connectedAt ??= Date.now();
    }
    this.events.emit('state', state);
    if (state === 'closed') this.end(); // Its own farewell; a connection that broke may heal.
  }

  #answered(codecs: readonly CodecLine[], audio: readonly AudioLine[]): void {
    this.#codecs = codecs;
    if (audio.length > 0) {
      this.#audio = new AudioSender({
        ssrc: this.#audioSsrc,
        payloadTypes: new Map(audio.map(({ codec, payloadType }) => [codec, payloadType])),
        send: (packet) => this.#peer?.sendAudio(packet),
      });
    }
    this.#isAnswered = true;
    this.#lastSignAt = performance.now();
  }

  #requireCarried(codecs: readonly CodecLine[]): void {
    const { codec } = this.#options.stream;
    if (codec !== undefined && !codecs.some((line) => line.codec === codec)) throw unsupported(codec);
  }

  #withAddresses(sdp: string): string {
    return addPublicAddresses(sdp, this.#options.publicAddresses, this.#options.udpPort);
  }
}

function unsupported(codec: VideoCodec): AppError {
  const name = { h264: 'H.264', hevc: 'H.265', mjpeg: 'MJPEG' }[codec];
  return new AppError(
    'webrtc-unsupported-codec',
    `The camera sends ${name}, which this client does not take`,
  );
}
