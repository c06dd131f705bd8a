/**
 * One WebRTC peer connection that sends one video track, and perhaps its sound. The only door to
 * node-datachannel: nothing is called after close, and every native object is
 * closed with its peer.
 */
import type { PeerConnection, Track } from 'node-datachannel';
import { AppError, messageOf } from '#shared/errors.ts';
import type { NalVideoCodec } from '#shared/media/nal.ts';
import type { CarriedAudio } from '../../packets/carried-audio.ts';
import type { AudioLine, CodecLine } from './sdp/codecs.ts';

/** Life of a connection; `failed` and `closed` are final, `disconnected` may heal. */
export type PeerState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

/** What a peer tells its owner; never after it was closed. */
export interface PeerHandlers {
  onState(state: PeerState): void;
  /** Packets may be sent. */
  onOpen(): void;
  /** A compound RTCP packet of the viewer. */
  onRtcp(bytes: Buffer): void;
}

/** What a peer sends, as its session description says it. */
export interface PeerMedia {
  mid: string;
  ssrc: number;
  codecs: readonly CodecLine[];
  /** A second section, for sound. */
  audio?: { mid: string; ssrc: number; codecs: readonly AudioLine[] } | undefined;
}

/** A peer connection in the words of sessions. */
export interface Peer {
  /** Our offer with all of our candidates. @throws AppError `webrtc-unavailable` */
  offer(): Promise<string>;
  /** Our answer with all of our candidates. @throws AppError `invalid-sdp`, `webrtc-unavailable` */
  answer(offer: string): Promise<string>;
  /** Takes the answer to our offer. @throws AppError `invalid-sdp` */
  acceptAnswer(answer: string): void;
  /** @param candidate value of `a=candidate`, with the name. @throws AppError `invalid-field` */
  addCandidate(candidate: string): void;
  /** Sends an RTP or RTCP packet now, or drops it; the buffer is free afterwards. */
  send(packet: Buffer): void;
  /** The same for the sound. */
  sendAudio(packet: Buffer): void;
  /** Frees everything; nothing is told afterwards. */
  close(): void;
}

/** Creates peers that share one UDP port. */
export type CreatePeer = (media: PeerMedia, handlers: PeerHandlers) => Peer;

const ENCODING: Record<NalVideoCodec, string> = { h264: 'H264', hevc: 'H265' };
const AUDIO_ENCODING: Record<CarriedAudio, string> = { opus: 'OPUS', pcmu: 'PCMU', pcma: 'PCMA' };
/** Addresses of this machine are found within milliseconds; no server is asked. */
const GATHERING_MS = 2000;
/** The library's threads have let go of a closed connection long before. */
const TRACK_LINGER_MS = 1000;
/** Streams and tracks need names; browsers never show them. */
const STREAM_NAME = 'camera';

/** States of the library that no connection leaves. */
const GONE: ReadonlySet<string> = new Set(['failed', 'closed']);

type Library = typeof import('node-datachannel');

/**
 * Loads the library, which costs a worker without viewers nothing before. ICE goes over UDP alone: the library
 * knows TCP as the calling side only, as browsers do, and not together with a shared port.
 * @throws AppError `webrtc-unavailable`
 */
export async function loadPeers(udpPort: number): Promise<CreatePeer> {
  try {
    const library = await import('node-datachannel');
    return (media, handlers) => new NativePeer(library, udpPort, media, handlers);
  } catch (error) {
    throw new AppError('webrtc-unavailable', 'WebRTC cannot be loaded on this machine', { cause: error });
  }
}

class NativePeer implements Peer {
  readonly #connection: PeerConnection;
  readonly #track: Track;
  readonly #audioTrack: Track | undefined;
  readonly #media: PeerMedia;
  readonly #gathered = Promise.withResolvers<void>();
  /** Released on close: what they hold would otherwise stay until the track is freed. */
  #handlers: PeerHandlers | undefined;
  #isOpen = false;
  #isAudioOpen = false;
  #isClosed = false;

  constructor(library: Library, udpPort: number, media: PeerMedia, handlers: PeerHandlers) {
    this.#media = media;
    this.#handlers = handlers;
    this.#connection = new library.PeerConnection(`viewer-${media.ssrc}`, {
      iceServers: [],
      enableIceUdpMux: true,
      portRangeBegin: udpPort,
      portRangeEnd: udpPort,
      disableAutoNegotiation: true,
    });
    this.#track = this.#connection.addTrack(describe(library, media));
    const audio = describeAudio(library, media);
    this.#audioTrack = audio === undefined ? undefined : this.#connection.addTrack(audio);
    this.#listen();
  }

  async offer(): Promise<string> {
    return this.#describe('offer');
  }

  async answer(offer: string): Promise<string> {
    this.#setRemote(offer, 'offer');
    return this.#describe('answer');
  }

  acceptAnswer(answer: string): void {
    this.#setRemote(answer, 'answer');
  }

  addCandidate(candidate: string): void {
    if (this.#isClosed) return;
    try {
      this.#connection.addRemoteCandidate(candidate, this.#media.mid);
    } catch (error) {
      // It ended in this very moment; its state says so next.
      if (isOver(error)) return;
      throw new AppError('invalid-field', `candidate: ${messageOf(error)}`, { field: 'candidate' });
    }
  }

  send(packet: Buffer): void {
    if (!this.#isOpen) return;
    try {
      this.#track.sendMessageBinary(packet);
    } catch {
      // The connection broke in this very moment; its state says so next.
      this.#isOpen = false;
    }
  }

  sendAudio(packet: Buffer): void {
    if (!this.#isAudioOpen) return;
    try {
      this.#audioTrack?.sendMessageBinary(packet);
    } catch {
      // The viewer wants no sound, or the connection broke.
      this.#isAudioOpen = false;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handlers = undefined;
    this.#isOpen = false;
    this.#isAudioOpen = false;
    this.#gathered.resolve();
    this.#connection.close();
    // A packet that the library hands over in this moment must still find the track's callbacks.
    setTimeout(() => {
      this.#track.close();
      this.#audioTrack?.close();
    }, TRACK_LINGER_MS).unref();
  }

  #listen(): void {
    const notify = (what: (handlers: PeerHandlers) => void): void => {
      const handlers = this.#handlers;
      if (handlers !== undefined) guarded(() => what(handlers));
    };
    this.#connection.onStateChange((state) => notify(({ onState }) => onState(state as PeerState)));
    this.#connection.onGatheringStateChange((state) => {
      if (state === 'complete') this.#gathered.resolve();
    });
    this.#track.onOpen(() =>
      notify(({ onOpen }) => {
        this.#isOpen = true;
        onOpen();
      }),
    );
    this.#track.onMessage((bytes) => notify(({ onRtcp }) => onRtcp(bytes)));
    this.#audioTrack?.onOpen(() =>
      notify(() => {
        this.#isAudioOpen = true;
      }),
    );
    // Reports come to the video track too; unread ones would pile up here.
    this.#audioTrack?.onMessage(() => {});
  }

  async #describe(type: 'offer' | 'answer'): Promise<string> {
    try {
      this.#connection.setLocalDescription(type);
    } catch (error) {
      throw new AppError('webrtc-unavailable', 'WebRTC could not be started', { cause: error });
    }
    const timer = setTimeout(this.#gathered.resolve, GATHERING_MS);
    await this.#gathered.promise;
    clearTimeout(timer);
    const description = this.#isClosed ? null : this.#connection.localDescription();
    if (description === null) throw new AppError('webrtc-unavailable', 'The WebRTC session has ended');
    return description.sdp;
  }

  #setRemote(sdp: string, type: 'offer' | 'answer'): void {
    if (this.#isClosed) throw new AppError('webrtc-unavailable', 'The WebRTC session has ended');
    try {
      this.#connection.setRemoteDescription(sdp, type);
    } catch (error) {
      // The client's checks may connect before its answer is taken in: then the library has given up this connection.
      if (isOver(error)) throw lost(error);
      throw new AppError('invalid-sdp', `The session description cannot be used: ${messageOf(error)}`);
    }
    // The same for an answer without candidates, which the library takes without a word.
    if (GONE.has(this.#connection.state())) throw lost();
  }
}

/** Whether the library has given up the connection meanwhile, on threads of its own. */
function isOver(error: unknown): boolean {
  return /without ICE transport/.test(messageOf(error));
}

function lost(cause?: unknown): AppError {
  return new AppError('webrtc-unavailable', 'The connection was lost as it began; try a new session', {
    cause,
    retryAfter: 1,
  });
}

/** An exception that reaches the library would abort the process without a word; so it comes up as every other. */
function guarded(notify: () => void): void {
  try {
    notify();
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
}

function describe(library: Library, { mid, ssrc, codecs }: PeerMedia) {
  const video = new library.Video(mid, 'SendOnly');
  for (const { codec, payloadType, parameters } of codecs) {
    if (parameters === undefined) video.addVideoCodec(payloadType, ENCODING[codec]);
    else video.addVideoCodec(payloadType, ENCODING[codec], parameters);
  }
  video.addSSRC(ssrc, STREAM_NAME, STREAM_NAME, `${STREAM_NAME}-video`);
  return video;
}

function describeAudio(library: Library, { audio }: PeerMedia) {
  if (audio === undefined) return undefined;
  const section = new library.Audio(audio.mid, 'SendOnly');
  for (const { codec, payloadType, parameters } of audio.codecs) {
    if (parameters === undefined) section.addAudioCodec(payloadType, AUDIO_ENCODING[codec]);
    else section.addAudioCodec(payloadType, AUDIO_ENCODING[codec], parameters);
  }
  // One stream with the picture: browsers keep both in step.
  section.addSSRC(audio.ssrc, STREAM_NAME, STREAM_NAME, `${STREAM_NAME}-audio`);
  return section;
}
