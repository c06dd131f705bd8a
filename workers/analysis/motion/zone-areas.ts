/** How much of a moving region lies in each zone. */
import type { Zone } from '#shared/contract/zone.ts';
import { zonePixels } from './pixel-areas.ts';
import { forEachPixel, type Region } from './regions.ts';

/** Share of a zone that must move where that is less than the smallest area of the picture. */
const ZONE_SHARE = 0.5;

/** The zones of one camera, for pictures of one size. */
export class ZoneAreas {
  readonly #zones: readonly Zone[];
  readonly #width: number;
  readonly #height: number;
  readonly #bits: Uint16Array;
  /** Least area that counts, by zone in their order, as shares of the picture. */
  readonly leastAreas: readonly number[];

  /** @param minArea smallest moving area, as a share of the picture */
  constructor(zones: readonly Zone[], width: number, height: number, minArea: number) {
    this.#zones = zones;
    this.#width = width;
    this.#height = height;
    this.#bits = zones.length === 0 ? new Uint16Array(0) : zonePixels(zones, width, height);
    const pixels = countBits(this.#bits, zones.length);
    this.leastAreas = pixels.map((count) => Math.min(minArea, (count * ZONE_SHARE) / (width * height)));
  }

  /** Foreground of a region in each zone, in their order, as shares of the picture. */
  areasOf(region: Region, foreground: Uint8Array): number[] {
    const counts = this.#zones.map(() => 0);
    if (counts.length === 0) return counts;
    forEachPixel(region, this.#width, this.#height, (at) => {
      if (foreground[at] === 1) addBits(counts, this.#bits[at] as number);
    });
    return counts.map((count) => count / foreground.length);
  }

  /** Names of the zones in which enough of a region lies. */
  namesOf(region: Region, foreground: Uint8Array): string[] {
    const areas = this.areasOf(region, foreground);
    return this.#zones
      .filter((_, index) => {
        const area = areas[index] as number;
        return area > 0 && area >= (this.leastAreas[index] as number);
      })
      .map(({ name }) => name);
  }
}

function countBits(bits: Uint16Array, zones: number): number[] {
  const counts = Array.from({ length: zones }, () => 0);
  // An iterator would take five times as long.
  for (let at = 0; at < bits.length; at += 1) addBits(counts, bits[at] as number);
  return counts;
}

function addBits(counts: number[], bits: number): void {
  for (let index = 0, left = bits; left > 0; index += 1, left >>= 1)
    if ((left & 1) === 1) counts[index] = (counts[index] as number) + 1;
}
