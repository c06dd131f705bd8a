/** Packs the pictures of a clip into RTP packets as a script wants them. */
import { packetizeH264 } from '#shared/media/rtp/h264.ts';
import { packetizeH265 } from '#shared/media/rtp/h265.ts';
import { packetizeMjpeg } from '#shared/media/rtp/mjpeg.ts';
import { CLIP_FPS, type Clip } from './clips.ts';
import type { Outgoing, Script, Session } from './script.ts';
import { PAYLOAD_TYPES } from './sdp.ts';

const CLOCK_HZ = 90_000;
const SSRC = 0x1122_3344;
const SOUND_SSRC = 0x5566_7788;
/** Small, so that the pictures of a small clip come in fragments too. */
const PAYLOAD_BYTES = 500;

/** The packets of one session. */
export class Packer {
  readonly #script: Script;
  readonly #clip: Clip;
  readonly #session: Session;
  #sequence = 1000;
  #soundSequence = 1;
  #next = 0;

  constructor(script: Script, clip: Clip, session: Session) {
    this.#script = script;
    this.#clip = clip;
    this.#session = session;
  }

  /** RTP packets of the picture with this number. */
  pack(index: number): Buffer[] {
    const { fps = CLIP_FPS } = this.#script;
    const nals = this.#script.nals?.([...this.#unit()], index) ?? this.#unit();
    const ticks = this.#script.ticks?.(index, this.#session) ?? Math.round((index * CLOCK_HZ) / fps);
    const payloads = this.#payloads(nals);
    const usual = payloads.map((payload, at) => ({
      payload,
      marker: at === payloads.length - 1,
      ticks,
      payloadType: PAYLOAD_TYPES[this.#clip.codec],
      ssrc: SSRC,
    }));
    const packets = this.#script.packets?.(usual, nals, index) ?? usual;
    return packets.map((packet) => this.#write(packet));
  }

  /** A packet of 20 ms of PCMA. */
  sound(index: number): Buffer {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = 8;
    this.#soundSequence += 1;
    header.writeUInt16BE(this.#soundSequence & 0xffff, 2);
    header.writeUInt32BE(index * 160, 4);
    header.writeUInt32BE(SOUND_SSRC, 8);
    return Buffer.concat([header, Buffer.alloc(160, 0xd5)]);
  }

  #unit(): Buffer[] {
    const { units } = this.#clip;
    for (;;) {
      const index = this.#next;
      this.#next += 1;
      const unit = units[index % units.length] as Buffer[];
      if (this.#script.sends?.(unit, index) !== false) return unit;
    }
  }

  #payloads(nals: readonly Buffer[]): Buffer[] {
    const bytes = this.#script.payloadBytes ?? PAYLOAD_BYTES;
    const { codec } = this.#clip;
    if (codec === 'mjpeg') return packJpeg(nals[0] as Buffer, bytes);
    return (codec === 'h264' ? packetizeH264(nals, bytes) : packetizeH265(nals, bytes)).map(join);
  }

  #write({
    payload,
    marker,
    ticks,
    payloadType,
    ssrc,
    skip = 0,
    repeat,
    extension,
    padding = 0,
    csrc = 0,
  }: Outgoing): Buffer {
    if (repeat !== true) this.#sequence += 1 + skip;
    const header = Buffer.alloc(12 + csrc * 4);
    header[0] = 0x80 | (extension === undefined ? 0 : 0x10) | (padding > 0 ? 0x20 : 0) | csrc;
    header[1] = payloadType | (marker ? 0x80 : 0);
    header.writeUInt16BE(this.#sequence & 0xffff, 2);
    header.writeUInt32BE(((ticks % 2 ** 32) + 2 ** 32) % 2 ** 32, 4);
    header.writeUInt32BE(ssrc, 8);
    const tail = Buffer.alloc(padding, padding);
    return Buffer.concat([header, extension ?? Buffer.alloc(0), payload, tail]);
  }
}

/** RFC 2435 carries 2040 pixels; larger pictures have a size of 0 in the header of each packet. */
function packJpeg(jpeg: Buffer, bytes: number): Buffer[] {
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  if (jpeg.readUInt16BE(at + 7) <= 2040) return packetizeMjpeg(jpeg, bytes).map(join);
  const small = Buffer.from(jpeg);
  small.writeUInt16BE(16, at + 5);
  small.writeUInt16BE(16, at + 7);
  return packetizeMjpeg(small, bytes).map((payload) => {
    const packet = join(payload);
    packet.fill(0, 6, 8);
    return packet;
  });
}

function join({ prefix, body }: { prefix: Buffer; body: Buffer }): Buffer {
  return Buffer.concat([prefix, body]);
}
