/** What the first bytes of an Opus packet tell of its length (RFC 6716 section 3.1). */

/** Clock rate of lengths, for every bandwidth. */
export const OPUS_HZ = 48_000;
/** 20 ms of nothing: a frame without any energy. */
export const OPUS_SILENCE = Buffer.from([0xf8, 0xff, 0xfe]);

/** Frame lengths in samples: SILK, hybrid and CELT, by the lower bits of the configuration. */
const SILK = [480, 960, 1920, 2880];
const HYBRID = [480, 960];
const CELT = [120, 240, 480, 960];
/** No packet is longer than 120 ms. */
const MAX_SAMPLES = 5760;

/** Length of a packet in samples of 48 kHz; 0 for what is none. */
export function opusSamples(packet: Buffer): number {
  const [head, count = 0] = packet;
  if (head === undefined) return 0;
  const samples = frameSamples(head >> 3) * frameCount(head & 3, count);
  return samples <= MAX_SAMPLES ? samples : 0;
}

function frameSamples(configuration: number): number {
  if (configuration < 12) return SILK[configuration & 3] as number;
  if (configuration < 16) return HYBRID[configuration & 1] as number;
  return CELT[configuration & 3] as number;
}

function frameCount(code: number, second: number): number {
  if (code === 3) return second & 0x3f;
  return code === 0 ? 1 : 2;
}
