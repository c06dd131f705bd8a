/** One RTSP session with a camera: description, set-up of its tracks, playing (RFC 2326). */
import type { Socket } from 'node:net';
import { requestUrl } from '#shared/camera-source.ts';
import type { RtspSource, Transport } from '#shared/contract/source/rtsp.ts';
import { AppError } from '#shared/errors.ts';
import type { AudioTrack } from '#shared/media/audio-track.ts';
import { parseAudioMedia } from '#shared/media/rtsp/audio-media.ts';
import type { RtspMessage } from '#shared/media/rtsp/message.ts';
import { parseVideoMedia } from '#shared/media/rtsp/video-media.ts';
import type { SourceHandlers } from '../run-source.ts';
import { AudioReceiver } from './audio-receiver.ts';
import { type DescribedAddresses, streamAddresses, trackAddresses } from './control-url.ts';
import { KeepAlive, type KeepAliveHabits } from './keep-alive.ts';
import { RtpReceiver } from './rtp-receiver.ts';
import { RtspConnection, type RtspResponse } from './rtsp-connection.ts';
import { InterleavedTransport, type MediaTransport, type TrackReceiver, UdpTransport } from './transport.ts';

/** Time limits of a source, milliseconds. */
export interface SourceTimings {
  dialMs: number;
  /** For every single answer of the camera but the description. */
  answerMs: number;
  /** For the description, before which sources that start on demand have to start. */
  describeMs?: number;
  /** Longest pause between keep-alive requests. */
  keepAliveMs: number;
}

/** A camera that does not answer about its sound goes on without it, in time for the first picture. */
const AUDIO_ANSWER_MS = 2000;
/** Statuses of a camera that wants to be asked at another address. */
const WRONG_ADDRESS: readonly string[] = ['camera-path-not-found', 'camera-protocol-error'];

/** What was learned of a camera in earlier sessions. */
export interface CameraHabits extends KeepAliveHabits {
  /** The transport that it asked for. */
  transport: Transport;
}

/** How a session is made. */
export interface SessionOptions {
  socket: Socket;
  source: RtspSource;
  timings: SourceTimings;
  habits: CameraHabits;
  /** Runs work on bytes of the camera. */
  during: <T>(work: () => T) => T;
}

/** A session from OPTIONS to TEARDOWN. */
export class RtspSession {
  readonly #timings: SourceTimings;
  readonly #habits: CameraHabits;
  readonly #connection: RtspConnection;
  readonly #transport: MediaTransport;
  readonly #keepAlive = new KeepAlive();
  readonly #uri: string;
  readonly #during: SessionOptions['during'];
  #isAudioTried = false;
  #isPlaying = false;
  #sessionId = '';

  constructor({ socket, source, timings, habits, during }: SessionOptions) {
    this.#during = during;
    this.#timings = timings;
    this.#habits = habits;
    this.#uri = requestUrl(source);
    const interleaved = new InterleavedTransport((channel, packet) =>
      this.#connection.sendInterleaved(channel, packet),
    );
    this.#connection = new RtspConnection(socket, source, interleaved, during);
    const onDatagram = (bytes: number, work: () => void): void => this.#connection.onDatagram(bytes, work);
    this.#transport = habits.transport === 'udp' ? new UdpTransport(socket, onDatagram) : interleaved;
  }

  /** Whether it failed after it asked for sound, before anything was played. */
  get fellOverAudio(): boolean {
    return this.#isAudioTried && !this.#isPlaying;
  }

  /** Plays until the session fails. @throws AppError `camera-*` */
  async run(handlers: SourceHandlers): Promise<never> {
    const methods = await this.#askMethods();
    const { describeMs = this.#timings.answerMs } = this.#timings;
    const description = await this.#request('DESCRIBE', this.#uri, { Accept: 'application/sdp' }, describeMs);
    const media = this.#during(() => parseVideoMedia(description.body));
    const described = this.#addresses(description);
    const receiver = new RtpReceiver(media, (packet) => handlers.onPacket(packet));
    await this.#setUp(trackAddresses(media.control, described), receiver, this.#timings.answerMs);
    const audio = await this.#setUpAudio(description.body, described, handlers);
    // Before PLAY: its answer and the first packets may come in one piece, and packets are handed on as they come.
    handlers.onTrack(audio === undefined ? media : { ...media, audio });
    await this.#requestAny('PLAY', streamAddresses(described), [{ Range: 'npt=0.000-' }, {}]);
    this.#isPlaying = true;
    this.#startKeepAlive(methods);
    return this.#connection.failed;
  }

  /** Ends the session. Cameras with few sessions to give need to hear that this one is free again. */
  close(): void {
    this.#keepAlive.close();
    if (this.#sessionId !== '') this.#connection.send('TEARDOWN', this.#uri, { Session: this.#sessionId });
    this.#sessionId = '';
    this.#connection.close();
    this.#transport.close();
  }

  /** Some cameras do not know OPTIONS, and play all the same. @returns the value of `Public` */
  async #askMethods(): Promise<string> {
    const answer = await this.#request('OPTIONS', this.#uri).catch((error: unknown) => {
      if (error instanceof AppError && WRONG_ADDRESS.includes(error.code)) return undefined;
      throw error;
    });
    return answer?.headers.get('public')?.join() ?? '';
  }

  #addresses({ headers, body }: RtspResponse): DescribedAddresses {
    const session = body.split(/\r?\nm=/)[0] ?? '';
    return {
      uri: this.#uri,
      contentBase: firstOf(headers, 'content-base') ?? firstOf(headers, 'content-location'),
      sessionControl: /^a=control: *(\S+)/im.exec(session)?.[1] ?? '*',
    };
  }

  /** Sound, where the camera has some and gives it; the picture does not depend on it. */
  async #setUpAudio(
    sdp: string,
    described: DescribedAddresses,
    handlers: SourceHandlers,
  ): Promise<AudioTrack | undefined> {
    const media = handlers.onAudio === undefined ? undefined : parseAudioMedia(sdp);
    if (media === undefined) return undefined;
    this.#isAudioTried = true;
    const receiver = new AudioReceiver(media, (packet) => handlers.onAudio?.(packet));
    const answerMs = Math.min(AUDIO_ANSWER_MS, this.#timings.answerMs);
    const isSetUp = await this.#setUp(trackAddresses(media.control, described), receiver, answerMs).then(
      () => true,
      () => false,
    );
    return isSetUp ? media : undefined;
  }

  async #setUp(uris: readonly string[], receiver: TrackReceiver, answerMs: number): Promise<void> {
    const track = await this.#transport.open(receiver);
    const answer = await this.#requestAny('SETUP', uris, [{ Transport: track.offer }], answerMs);
    const session = firstOf(answer.headers, 'session');
    // Some cameras name the session, and its time-out, in the first answer only.
    if (this.#sessionId === '') this.#sessionId = session?.split(';')[0]?.trim() ?? '';
    this.#keepAlive.noteTimeout(session);
    track.accept(firstOf(answer.headers, 'transport') ?? '');
  }

  #startKeepAlive(methods: string): void {
    this.#keepAlive.start({
      methods,
      maxIntervalMs: this.#timings.keepAliveMs,
      habits: this.#habits,
      request: (method) => this.#request(method, this.#uri),
      report: () => this.#transport.report(),
    });
  }

  /** Asks at one address after another, in one way after another, while the camera says that it was the wrong one. */
  async #requestAny(
    method: string,
    uris: readonly string[],
    ways: readonly Record<string, string>[],
    answerMs = this.#timings.answerMs,
  ): Promise<RtspResponse> {
    const attempts = uris.flatMap((uri) => ways.map((headers) => ({ uri, headers })));
    let failure: unknown;
    for (const { uri, headers } of attempts) {
      try {
        return await this.#request(method, uri, headers, answerMs);
      } catch (error) {
        failure ??= error;
        if (!(error instanceof AppError && WRONG_ADDRESS.includes(error.code))) throw error;
      }
    }
    throw failure;
  }

  #request(
    method: string,
    uri: string,
    headers: Record<string, string> = {},
    answerMs = this.#timings.answerMs,
  ): Promise<RtspResponse> {
    const session: Record<string, string> = this.#sessionId === '' ? {} : { Session: this.#sessionId };
    return this.#connection.request({ method, uri, headers: { ...session, ...headers }, answerMs });
  }
}

function firstOf(headers: RtspMessage['headers'], name: string): string | undefined {
  return headers.get(name)?.[0];
}
