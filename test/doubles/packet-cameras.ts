/** Cameras whose packets a test sends by hand. */
import type { AudioCodec } from '#shared/media/audio-track.ts';
import type { VideoCodec, VideoTrack } from '#shared/media/packet.ts';
import { GopCache, type SequencedPacket } from '../../workers/rtsp/packets/gop-cache.ts';
import { PacketHub, type PacketSubscriber } from '../../workers/rtsp/packets/packet-hub.ts';

const SPS = [0, 0, 0, 1, 0x67, 0x42, 0xe0, 0x1f];
const IDR = [0, 0, 0, 1, 0x65, 0x88, 0x84];
const P_SLICE = [0, 0, 0, 1, 0x41, 0xff, 0xff];
const B_SLICE = [0, 0, 0, 1, 0x01, 0b1_010_1111, 0xff];

/** One camera's packets. */
class PlayedCamera {
  readonly hub = new PacketHub();
  readonly origin: { track: VideoTrack | undefined; gop: GopCache } = {
    track: undefined,
    gop: new GopCache(),
  };
  sequence = 0;
}

/** Cameras by id. */
export class PacketCameras {
  readonly #cameras = new Map<string, PlayedCamera>();

  constructor(...ids: string[]) {
    for (const id of ids) {
      const camera = new PlayedCamera();
      camera.hub.attach(camera.origin);
      this.#cameras.set(id, camera);
    }
  }

  has(id: string): boolean {
    return this.#cameras.has(id);
  }

  subscribePackets(id: string, subscriber: PacketSubscriber): { close(): void } {
    return this.#get(id).hub.subscribe(subscriber);
  }

  /** Everyone who takes packets of a camera. */
  viewers(id: string): number {
    return this.#get(id).hub.viewers;
  }

  /** A session with the camera begins. */
  begin(id: string, codec: VideoCodec = 'h264', audio?: AudioCodec): void {
    const { hub, origin } = this.#get(id);
    const sound = { codec: audio ?? 'pcmu', clockHz: 8000, channels: 1, config: Buffer.alloc(0) };
    origin.track = {
      codec,
      parameterSets: Buffer.alloc(0),
      announcedFps: undefined,
      ...(audio === undefined ? {} : { audio: sound }),
    };
    origin.gop.clear();
    hub.announce(origin);
  }

  keyframe(id: string): void {
    this.#send(id, [...SPS, ...IDR], true);
  }

  picture(id: string): void {
    this.#send(id, P_SLICE, false);
  }

  bPicture(id: string): void {
    this.#send(id, B_SLICE, false);
  }

  sound(id: string, text: string): void {
    const { hub, origin } = this.#get(id);
    hub.publishAudio(origin, { data: Buffer.from(text), ticks: 0 });
  }

  remove(id: string): void {
    const { hub, origin } = this.#get(id);
    this.#cameras.delete(id);
    hub.remove(origin);
  }

  #send(id: string, bytes: number[], keyframe: boolean): void {
    const camera = this.#get(id);
    camera.sequence += 1;
    const packet: SequencedPacket = {
      data: Buffer.from(bytes),
      keyframe,
      mediaTimeMs: camera.sequence * 40,
      capturedAt: Date.now(),
      sequence: camera.sequence,
    };
    camera.origin.gop.push(packet);
    camera.hub.publish(camera.origin, packet);
  }

  #get(id: string): PlayedCamera {
    return this.#cameras.get(id) as PlayedCamera;
  }
}
