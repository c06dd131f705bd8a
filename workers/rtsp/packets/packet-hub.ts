/**
 * The compressed packets of one camera, for transports that carry video as it
 * is. A hub outlives its camera: viewers stay through reconnects and changes of
 * the source, and start immediately with the current group of pictures.
 */
import type { AudioPacket } from '#shared/media/audio-track.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import { callEach } from './call-each.ts';
import type { GopCache, SequencedPacket } from './gop-cache.ts';

/** A transport of a camera's packets. Calls are synchronous, and must not wait. */
export interface PacketSubscriber {
  /** False for our own processing, which does not count as a viewer. */
  readonly isViewer?: boolean;
  /** A session with the camera begins, or began before: what follows is of this track and starts with a keyframe. */
  onTrack(track: VideoTrack): void;
  /** One access unit, in order. `data` is shared by all subscribers and never changed. */
  onPacket(packet: SequencedPacket): void;
  /** Sound of the track, as it comes; none is kept. `data` is shared by all subscribers and never changed. */
  onAudio?(packet: AudioPacket): void;
  /** The camera is no longer wanted; it may come back under the same id. */
  onRemoved(): void;
  /** One of the calls above threw: nothing follows. It tells its viewers and must not throw. */
  onFailure(error: unknown): void;
}

/** Packets that are delivered until it is closed. */
export interface PacketSubscription {
  /** Resolves when a camera that rested without clients is live, or does not come; undefined where it did not rest. */
  readonly woken?: Promise<void> | undefined;
  close(): void;
}

/** Where a hub finds what a new subscriber starts with. */
export interface PacketOrigin {
  track: VideoTrack | undefined;
  gop: GopCache;
}

/** Hands every packet to every subscriber, as it is. A subscriber that throws is dropped, alone. */
export class PacketHub {
  readonly #subscribers = new Set<PacketSubscriber>();
  readonly #onFailure: (error: unknown) => void;
  #origin: PacketOrigin | undefined;

  /** @param onFailure called with what a subscriber threw */
  constructor(onFailure: (error: unknown) => void = () => {}) {
    this.#onFailure = onFailure;
  }

  /** Viewers and our own recording. */
  get subscribers(): number {
    return this.#subscribers.size;
  }

  get viewers(): number {
    return [...this.#subscribers].filter(({ isViewer = true }) => isViewer).length;
  }

  /** Subscribes, and replays the current group of pictures to the newcomer. */
  subscribe(subscriber: PacketSubscriber): { close(): void } {
    this.#subscribers.add(subscriber);
    this.#call([subscriber], (newcomer) => this.#replay(newcomer));
    return { close: () => void this.#subscribers.delete(subscriber) };
  }

  /** Takes the packets of a camera from now on; those of another are over. */
  attach(origin: PacketOrigin): void {
    this.#origin = origin;
    this.#call(this.#subscribers, (subscriber) => this.#replay(subscriber));
  }

  /** Publishes the track of a new session. */
  announce(origin: PacketOrigin): void {
    const { track } = origin;
    if (this.#origin !== origin || track === undefined) return;
    this.#call(this.#subscribers, (subscriber) => subscriber.onTrack(track));
  }

  /** Publishes one packet that the origin's cache has taken in. */
  publish(origin: PacketOrigin, packet: SequencedPacket): void {
    if (this.#origin !== origin) return;
    this.#call(this.#subscribers, (subscriber) => subscriber.onPacket(packet));
  }

  /** Publishes sound to those who want it. */
  publishAudio(origin: PacketOrigin, packet: AudioPacket): void {
    if (this.#origin !== origin) return;
    this.#call(this.#subscribers, (subscriber) => subscriber.onAudio?.(packet));
  }

  /** The camera was removed. */
  remove(origin: PacketOrigin): void {
    if (this.#origin !== origin) return;
    this.#origin = undefined;
    this.#call(this.#subscribers, (subscriber) => subscriber.onRemoved());
  }

  #call(subscribers: Iterable<PacketSubscriber>, call: (subscriber: PacketSubscriber) => void): void {
    callEach(subscribers, call, (subscriber, error) => {
      this.#subscribers.delete(subscriber);
      this.#onFailure(error);
      subscriber.onFailure(error);
    });
  }

  #replay(subscriber: PacketSubscriber): void {
    const { track, gop } = this.#origin ?? {};
    if (track === undefined || gop === undefined) return;
    subscriber.onTrack(track);
    for (const packet of gop.packets) subscriber.onPacket(packet);
  }
}
