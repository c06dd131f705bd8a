/** A WebRTC peer without a network: answers with fixed descriptions and remembers what it was told. */
import { AppError } from '#shared/errors.ts';
import type { CreatePeer, Peer, PeerHandlers, PeerMedia } from '../../workers/rtsp/outputs/webrtc/peer.ts';

/** The transport attributes that every description has. */
export const TRANSPORT_LINES = [
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
];

/** An offer as a browser writes it: video with the usual payload types, and what else is asked for. */
export function browserOffer({ media = ['video'], codecs = ['H264'] } = {}): string {
  const sections = media.flatMap((kind, index) => section(kind, index, codecs));
  const mids = media.map((_, index) => index).join(' ');
  return text(['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${mids}`, ...sections]);
}

function section(kind: string, mid: number, codecs: string[]): string[] {
  const common = ['c=IN IP4 0.0.0.0', `a=mid:${mid}`, ...TRANSPORT_LINES, 'a=setup:actpass', 'a=recvonly'];
  if (kind === 'application') return ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', ...common];
  if (kind === 'audio')
    return ['m=audio 9 UDP/TLS/RTP/SAVPF 111', ...common, 'a=rtcp-mux', 'a=rtpmap:111 opus/48000/2'];
  const lines = codecs.flatMap((codec, index) => [
    `a=rtpmap:${102 + index} ${codec}/90000`,
    ...(codec === 'H264' ? [`a=fmtp:${102 + index} packetization-mode=1;profile-level-id=42e01f`] : []),
  ]);
  const formats = codecs.map((_, index) => 102 + index).join(' ');
  return [`m=video 9 UDP/TLS/RTP/SAVPF ${formats}`, ...common, 'a=rtcp-mux', ...lines];
}

/** An answer to our offer that takes these payload types. @param audio those of sound, where it was offered; empty: none */
export function browserAnswer(payloadTypes: readonly number[] = [96], audio?: readonly number[]): string {
  const encodings: Record<number, string[]> = {
    96: ['a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1;profile-level-id=42e01f'],
    97: ['a=rtpmap:97 H265/90000'],
  };
  return text([
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `m=video ${payloadTypes.length === 0 ? 0 : 9} UDP/TLS/RTP/SAVPF ${payloadTypes.join(' ') || '0'}`,
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    ...TRANSPORT_LINES,
    'a=setup:active',
    'a=recvonly',
    ...payloadTypes.flatMap((type) => encodings[type] ?? []),
    ...(audio === undefined ? [] : audioAnswer(audio)),
  ]);
}

function audioAnswer(payloadTypes: readonly number[]): string[] {
  return [
    `m=audio ${payloadTypes.length === 0 ? 0 : 9} UDP/TLS/RTP/SAVPF ${payloadTypes.join(' ') || '0'}`,
    'c=IN IP4 0.0.0.0',
    'a=mid:1',
    ...TRANSPORT_LINES,
    'a=setup:active',
    payloadTypes.length === 0 ? 'a=inactive' : 'a=recvonly',
    ...payloadTypes.map(
      (type) => `a=rtpmap:${type} ${{ 0: 'PCMU/8000', 8: 'PCMA/8000' }[type] ?? 'opus/48000/2'}`,
    ),
  ];
}

function text(lines: string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}

/** One peer. */
export class PeerDouble implements Peer {
  readonly media: PeerMedia;
  readonly handlers: PeerHandlers;
  readonly candidates: string[] = [];
  readonly sent: Buffer[] = [];
  readonly sentAudio: Buffer[] = [];
  /** Candidates that it cannot take. */
  refuses: RegExp | undefined;
  remote: string | undefined;
  isClosed = false;

  constructor(media: PeerMedia, handlers: PeerHandlers) {
    this.media = media;
    this.handlers = handlers;
  }

  async offer(): Promise<string> {
    return this.#describe('actpass');
  }

  async answer(offer: string): Promise<string> {
    this.remote = offer;
    return this.#describe('active');
  }

  acceptAnswer(answer: string): void {
    this.remote = answer;
  }

  addCandidate(candidate: string): void {
    if (this.refuses?.test(candidate) === true) throw new AppError('invalid-field', 'candidate: refused');
    this.candidates.push(candidate);
  }

  send(packet: Buffer): void {
    this.sent.push(Buffer.from(packet));
  }

  sendAudio(packet: Buffer): void {
    this.sentAudio.push(Buffer.from(packet));
  }

  close(): void {
    this.isClosed = true;
  }

  /** The connection comes about. */
  connect(): void {
    this.handlers.onState('connected');
    this.handlers.onOpen();
  }

  #describe(setup: string): string {
    const { mid, codecs, audio } = this.media;
    const bundle = audio === undefined ? mid : `${mid} ${audio.mid}`;
    return text([
      'v=0',
      'o=rtc 1 0 IN IP4 127.0.0.1',
      's=-',
      't=0 0',
      `a=group:BUNDLE ${bundle}`,
      `m=video 9911 UDP/TLS/RTP/SAVPF ${codecs.map(({ payloadType }) => payloadType).join(' ')}`,
      'c=IN IP4 192.0.2.2',
      `a=mid:${mid}`,
      'a=sendonly',
      ...TRANSPORT_LINES,
      `a=setup:${setup}`,
      'a=candidate:1 1 UDP 2114977791 192.0.2.2 9911 typ host',
      'a=end-of-candidates',
      ...(audio === undefined ? [] : this.#audioSection(audio)),
    ]);
  }

  #audioSection({ mid, codecs }: NonNullable<PeerMedia['audio']>): string[] {
    const formats = codecs.map(({ payloadType }) => payloadType).join(' ');
    return [`m=audio 9911 UDP/TLS/RTP/SAVPF ${formats}`, 'c=IN IP4 192.0.2.2', `a=mid:${mid}`, 'a=sendonly'];
  }
}

/** Makes peers and keeps them. */
export class PeerFactory {
  readonly peers: PeerDouble[] = [];

  readonly create: CreatePeer = (media, handlers) => {
    const peer = new PeerDouble(media, handlers);
    this.peers.push(peer);
    return peer;
  };

  get last(): PeerDouble {
    return this.peers.at(-1) as PeerDouble;
  }
}
