/** One client's session on a stream: SETUP creates it, PLAY starts it, TEARDOWN ends it. */
import { randomBytes } from 'node:crypto';
import { senderReport, sourceDescription } from '#shared/media/rtp/rtcp.ts';
import type { RtpPackets } from '#shared/media/rtp/rtp-packets.ts';
import type { Sender } from '#shared/media/rtsp/senders.ts';
import type { AudioHub } from './stream/audio-hub.ts';
import type { StreamHub, Viewer } from './stream/stream-hub.ts';

/** A session as tests and the control port see it. */
export interface SessionStatus {
  /** Random. */
  id: string;
  path: string;
  /** Address of the client. */
  client: string;
  transport: 'tcp' | 'udp';
  isPlaying: boolean;
  /** RTP packets of the video sent. */
  packets: number;
  /** RTP packets of the sound sent. */
  audioPackets: number;
  /** Access units left out because the client was too slow. */
  skipped: number;
}

/** Name of all sources in RTCP. */
const CNAME = 'simulator';

interface SessionOptions extends Pick<SessionStatus, 'transport' | 'client'> {
  hub: StreamHub;
  sender: Sender;
}

/** Sends one stream to one client. */
export class Session implements Viewer {
  readonly id = randomBytes(8).toString('hex');
  readonly hub: StreamHub;
  readonly #sender: Sender;
  readonly #transport: 'tcp' | 'udp';
  readonly #client: string;
  #audio: { hub: AudioHub; sender: Sender } | undefined;
  #leave: (() => void) | undefined;
  #waitsForKeyframe = true;
  #packets = 0;
  #audioPackets = 0;
  #octets = 0;
  #skipped = 0;
  #touchedAt = performance.now();

  constructor({ hub, sender, transport, client }: SessionOptions) {
    this.hub = hub;
    this.#sender = sender;
    this.#transport = transport;
    this.#client = client;
  }

  /** Adds the sound of the stream; before it plays. */
  addAudio(hub: AudioHub, sender: Sender): void {
    this.#audio = { hub, sender };
  }

  get isPlaying(): boolean {
    return this.#leave !== undefined;
  }

  get status(): SessionStatus {
    return {
      id: this.id,
      path: this.hub.path,
      client: this.#client,
      transport: this.#transport,
      isPlaying: this.isPlaying,
      packets: this.#packets,
      audioPackets: this.#audioPackets,
      skipped: this.#skipped,
    };
  }

  /** Starts sending immediately. Playing twice changes nothing. */
  play(): void {
    if (this.isPlaying) return;
    this.#waitsForKeyframe = !this.hub.startsAnywhere;
    const leaveVideo = this.hub.join(this);
    const leaveAudio = this.#audio?.hub.join((packets) => this.#deliverAudio(packets));
    this.#leave = () => {
      leaveVideo();
      leaveAudio?.();
    };
    this.report();
  }

  /** Notes that the client is alive. */
  touch(): void {
    this.#touchedAt = performance.now();
  }

  /** Whether receiver reports from this address are the client's. */
  isAt(address: string, port: number): boolean {
    return this.#sender.isAt(address, port);
  }

  /** Milliseconds since the client's last sign of life. */
  get silentMs(): number {
    return performance.now() - this.#touchedAt;
  }

  deliver(packets: RtpPackets): void {
    if (this.#sender.isCongested) this.#waitsForKeyframe = true;
    if (this.#sender.isCongested || (this.#waitsForKeyframe && !packets.keyframe)) {
      this.#skipped += 1;
      return;
    }
    this.#waitsForKeyframe = false;
    this.#sender.send(packets);
    this.#packets += packets.count;
    this.#octets += packets.octets;
  }

  #deliverAudio(packets: RtpPackets): void {
    const { sender } = this.#audio ?? {};
    if (sender === undefined || sender.isCongested || this.hub.isStalled) return;
    sender.send(packets);
    this.#audioPackets += packets.count;
  }

  /** Sends a sender report, unless nothing is sent at all. */
  report(): void {
    if (!this.isPlaying || this.#packets === 0 || this.hub.isStalled || this.#sender.isCongested) return;
    const { ssrc, timestampNow: timestamp } = this.hub;
    const facts = { ssrc, timestamp, packets: this.#packets, octets: this.#octets };
    const report = senderReport(facts, Date.now());
    this.#sender.sendReport(Buffer.concat([report, sourceDescription(ssrc, CNAME)]));
  }

  /** Stops sending. */
  close(): void {
    this.#leave?.();
    this.#leave = undefined;
  }
}
