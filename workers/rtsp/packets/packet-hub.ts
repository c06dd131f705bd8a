/**
 * The compressed packets of one camera, for transports that carry video as it
 * is. A hub outlives its camera: viewers stay through reconnects and changes of
 * the source, and start at once with the current group of pictures.
 */
import type { AudioPacket } from '#shared/media/audio-track.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import type { GopCache, SequencedPacket } from './gop-cache.ts';

/** What a transport hears of a camera. Calls are synchronous: whoever is slow keeps no one waiting. */
export interface PacketSubscriber {
  /** A session with the camera begins, or began before: what follows is of this track and starts with a keyframe. */
  onTrack(track: VideoTrack): void;
  /** One access unit, in order. `data` is shared by all subscribers and never changed. */
  onPacket(packet: SequencedPacket): void;
  /** Sound of the track, as it comes; none is kept. `data` is shared by all subscribers and never changed. */
  onAudio?(packet: AudioPacket): void;
  /** The camera is no longer wanted; it may come back under the same id. */
  onRemoved(): void;
}

/** Where a hub finds what a new subscriber starts with. */
export interface PacketOrigin {
  track: VideoTrack | undefined;
  gop: GopCache;
}

/** Hands every packet to every subscriber, as it is. */
export class PacketHub {
  readonly #subscribers = new Set<PacketSubscriber>();
  #origin: PacketOrigin | undefined;

  get viewers(): number {
    return this.#subscribers.size;
  }

  /** Subscribes, and replays the current group of pictures to the newcomer. */
  subscribe(subscriber: PacketSubscriber): { close(): void } {
    this.#subscribers.add(subscriber);
    this.#replay(subscriber);
    return { close: () => void this.#subscribers.delete(subscriber) };
  }

  /** Takes the packets of a camera from now on; those of another are over. */
  attach(origin: PacketOrigin): void {
    this.#origin = origin;
    for (const subscriber of [...this.#subscribers]) this.#replay(subscriber);
  }

  /** Publishes the track of a new session. */
  announce(origin: PacketOrigin): void {
    if (this.#origin !== origin || origin.track === undefined) return;
    for (const subscriber of [...this.#subscribers]) subscriber.onTrack(origin.track);
  }

  /** Publishes one packet that the origin's cache has taken in. */
  publish(origin: PacketOrigin, packet: SequencedPacket): void {
    if (this.#origin !== origin) return;
    for (const subscriber of [...this.#subscribers]) subscriber.onPacket(packet);
  }

  /** Publishes sound to those who want it. */
  publishAudio(origin: PacketOrigin, packet: AudioPacket): void {
    if (this.#origin !== origin) return;
    for (const subscriber of [...this.#subscribers]) subscriber.onAudio?.(packet);
  }

  /** The camera was removed. */
  remove(origin: PacketOrigin): void {
    if (this.#origin !== origin) return;
    this.#origin = undefined;
    for (const subscriber of [...this.#subscribers]) subscriber.onRemoved();
  }

  #replay(subscriber: PacketSubscriber): void {
    const { track, gop } = this.#origin ?? {};
    if (track === undefined || gop === undefined) return;
    subscriber.onTrack(track);
    for (const packet of gop.packets) subscriber.onPacket(packet);
  }
}
