/** Receives one camera until it fails. It never tries again: its owner decides about that. */
import { isIPv6, type Socket } from 'node:net';
import { type RtspSource, requestUrl } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import type { AudioTrack } from '#shared/media/audio-track.ts';
import { parseRtp, type RtpPacket } from '#shared/media/rtp/header.ts';
import { ReorderBuffer } from '#shared/media/rtp/reorder-buffer.ts';
import { openUdpPorts, type UdpPorts } from '#shared/media/rtp/udp-ports.ts';
import { parseAudioMedia } from '#shared/media/rtsp/audio-media.ts';
import { headerOf, type InterleavedPacket, type RtspMessage } from '#shared/media/rtsp/message.ts';
import { parseVideoMedia } from '#shared/media/rtsp/video-media.ts';
import { AudioReceiver } from './audio-receiver.ts';
import { dial } from './dial.ts';
import type { AddressGuard } from './resolve.ts';
import { RtpReceiver } from './rtp-receiver.ts';
import { RtspConnection, type RtspResponse } from './rtsp-connection.ts';
import type { RunSource, SourceHandlers } from './run-source.ts';

/** Time limits of a source, milliseconds. */
export interface SourceTimings {
  dialMs: number;
  /** For every single answer of the camera. */
  answerMs: number;
  /** Longest pause between keep-alive requests. */
  keepAliveMs: number;
}

export const SOURCE_TIMINGS: SourceTimings = { dialMs: 5000, answerMs: 5000, keepAliveMs: 25_000 };

/** A camera that does not answer about its sound goes on without it, in time for whoever waits for the picture. */
const AUDIO_ANSWER_MS = 2000;

/** Creates the function that receives over RTSP 1.0 (RFC 2326); each run resolves and checks the address anew. */
export function createRtspSource(
  guard: AddressGuard,
  timings: SourceTimings = SOURCE_TIMINGS,
): RunSource<RtspSource> {
  return async (source, handlers, signal) => {
    const runOnce = async (handed: SourceHandlers): Promise<Failure> => {
      const socket = await dial(source, { timeoutMs: timings.dialMs, signal, guard });
      const session = new RtspSession(socket, source, timings);
      const abort = (): void => session.close();
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      const error = await session.run(handed).catch((reason: unknown) => reason);
      signal.removeEventListener('abort', abort);
      session.close();
      return { error, isOfAudio: session.fellOverAudio };
    };
    let failure = await runOnce(handlers);
    // A camera that falls over its own sound shall show its picture all the same.
    if (failure.isOfAudio && !signal.aborted) failure = await runOnce(withoutAudio(handlers));
    throw failure.error;
  };
}

/** How a session ended. */
interface Failure {
  error: unknown;
  /** Without sound it might not have failed. */
  isOfAudio: boolean;
}

function withoutAudio(handlers: SourceHandlers): SourceHandlers {
  return {
    onTrack: (track) => handlers.onTrack(track),
    onPacket: (packet) => handlers.onPacket(packet),
  };
}

/** Takes the RTP packets of one track. */
interface TrackReceiver {
  pushBytes(bytes: Buffer): void;
  push(packet: RtpPacket, lost: boolean): void;
}

class RtspSession {
  readonly #socket: Socket;
  readonly #source: RtspSource;
  readonly #timings: SourceTimings;
  readonly #connection: RtspConnection;
  readonly #uri: string;
  /** Who takes the packets of an interleaved channel. */
  readonly #receivers = new Map<number, TrackReceiver>();
  #udp: UdpPorts[] = [];
  #isAudioTried = false;
  #isPlaying = false;
  #sessionId = '';
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(socket: Socket, source: RtspSource, timings: SourceTimings) {
    this.#socket = socket;
    this.#source = source;
    this.#timings = timings;
    this.#uri = requestUrl(source);
    this.#connection = new RtspConnection(socket, source, (packet) => this.#onInterleaved(packet));
  }

  /** Whether it failed after it asked for sound, before anything was played. */
  get fellOverAudio(): boolean {
    return this.#isAudioTried && !this.#isPlaying;
  }

  async run(handlers: SourceHandlers): Promise<never> {
    const options = await this.#request('OPTIONS', this.#uri);
    const description = await this.#request('DESCRIBE', this.#uri, { Accept: 'application/sdp' });
    const media = parseVideoMedia(description.body);
    const base = headerOf(asMessage(description), 'content-base') ?? this.#uri;
    const receiver = new RtpReceiver(media, (packet) => handlers.onPacket(packet));
    await this.#setUp(resolveControl(media.control, base), receiver, this.#timings.answerMs);
    const audio = await this.#setUpAudio(description.body, base, handlers);
    // Before PLAY: its answer and the first packets may come in one piece, and packets are handed on as they come.
    handlers.onTrack(audio === undefined ? media : { ...media, audio });
    await this.#request('PLAY', aggregateControl(description.body, base), { Range: 'npt=0.000-' });
    this.#isPlaying = true;
    this.#startKeepAlive(headerOf(asMessage(options), 'public') ?? '');
    return this.#connection.failed;
  }

  close(): void {
    clearInterval(this.#keepAlive);
    // Cameras with few sessions to give need to hear that this one is free again.
    if (this.#sessionId !== '') this.#connection.send('TEARDOWN', this.#uri, { Session: this.#sessionId });
    this.#sessionId = '';
    this.#connection.close();
    for (const udp of this.#udp.splice(0)) udp.close();
  }

  /** Sound, where the camera has some and gives it; the picture does not depend on it. */
  async #setUpAudio(sdp: string, base: string, handlers: SourceHandlers): Promise<AudioTrack | undefined> {
    const media = handlers.onAudio === undefined ? undefined : parseAudioMedia(sdp);
    if (media === undefined) return undefined;
    this.#isAudioTried = true;
    const receiver = new AudioReceiver(media, (packet) => handlers.onAudio?.(packet));
    const answerMs = Math.min(AUDIO_ANSWER_MS, this.#timings.answerMs);
    const isSetUp = await this.#setUp(resolveControl(media.control, base), receiver, answerMs).then(
      () => true,
      () => false,
    );
    return isSetUp ? media : undefined;
  }

  async #setUp(uri: string, receiver: TrackReceiver, answerMs: number): Promise<void> {
    if (this.#source.transport === 'udp') return this.#setUpUdp(uri, receiver, answerMs);
    const wanted = this.#receivers.size * 2;
    const Transport = `RTP/AVP/TCP;unicast;interleaved=${wanted}-${wanted + 1}`;
    const answer = await this.#request('SETUP', uri, { Transport }, answerMs);
    const channel = Number(/interleaved=(\d+)/i.exec(this.#takeSession(answer))?.[1] ?? wanted);
    if (this.#receivers.has(channel))
      throw new AppError('camera-protocol-error', 'The camera mixes two tracks in one channel');
    this.#receivers.set(channel, receiver);
  }

  async #setUpUdp(uri: string, receiver: TrackReceiver, answerMs: number): Promise<void> {
    const udp = await openUdpPorts(isIPv6(this.#socket.remoteAddress ?? '') ? 'udp6' : 'udp4');
    this.#udp.push(udp);
    const reorder = new ReorderBuffer((packet, lost) => receiver.push(packet, lost));
    const camera = this.#socket.remoteAddress;
    udp.rtp.on('message', (datagram, from) => {
      const packet = from.address === camera ? parseRtp(datagram) : undefined;
      if (packet !== undefined) this.#connection.guard(() => reorder.push(packet));
    });
    const ports = `${udp.rtpPort}-${udp.rtpPort + 1}`;
    const transport = this.#takeSession(
      await this.#request('SETUP', uri, { Transport: `RTP/AVP;unicast;client_port=${ports}` }, answerMs),
    );
    const serverPort = Number(/server_port=(\d+)/i.exec(transport)?.[1]);
    // A first datagram towards the camera opens the way through a NAT or stateful firewall.
    if (serverPort > 0 && camera !== undefined)
      udp.rtp.send(Buffer.from([0x80, 0, 0, 0]), serverPort, camera);
  }

  #takeSession(answer: RtspResponse): string {
    const message = asMessage(answer);
    // Some cameras name the session in the first answer only.
    if (this.#sessionId === '') this.#sessionId = headerOf(message, 'session')?.split(';')[0]?.trim() ?? '';
    const timeout = Number(/timeout=(\d+)/i.exec(headerOf(message, 'session') ?? '')?.[1] ?? 60);
    this.#keepAliveMs = Math.max(1000, Math.min(this.#timings.keepAliveMs, (timeout * 1000) / 2));
    return headerOf(message, 'transport') ?? '';
  }

  #keepAliveMs = 0;

  #startKeepAlive(methods: string): void {
    const method = /\bGET_PARAMETER\b/i.test(methods) ? 'GET_PARAMETER' : 'OPTIONS';
    this.#keepAlive = setInterval(() => {
      this.#connection.request(method, this.#uri, { Session: this.#sessionId }).catch(() => {
        // Cameras answer keep-alives with all sorts of errors while they go on playing; frames tell the truth.
      });
    }, this.#keepAliveMs);
  }

  async #request(
    method: string,
    uri: string,
    headers: Record<string, string> = {},
    answerMs = this.#timings.answerMs,
  ): Promise<RtspResponse> {
    const session: Record<string, string> = this.#sessionId === '' ? {} : { Session: this.#sessionId };
    const late = new AppError('camera-timeout', `The camera did not answer ${method} in time`);
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(reject, answerMs, late);
    try {
      return await Promise.race([this.#connection.request(method, uri, { ...session, ...headers }), promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #onInterleaved({ channel, payload }: InterleavedPacket): void {
    this.#receivers.get(channel)?.pushBytes(payload);
  }
}

function asMessage({ headers }: RtspResponse): RtspMessage {
  return { startLine: '', headers, body: Buffer.alloc(0) };
}

/** RFC 2326 appendix C.1.1: a control URL is absolute, or relative to the base. */
function resolveControl(control: string, base: string): string {
  if (control === '*') return base;
  if (/^rtsps?:\/\//i.test(control)) return control;
  return `${base.replace(/\/$/, '')}/${control.replace(/^\//, '')}`;
}

function aggregateControl(sdp: string, base: string): string {
  const session = sdp.split(/\r?\nm=/)[0] ?? '';
  return resolveControl(/^a=control: *(\S+)/im.exec(session)?.[1] ?? '*', base);
}
