/** Where objects stand: in a mask, and in which zones. */
import type { Polygon, Zone } from '#shared/contract/zone.ts';
import { isInside } from '#shared/polygon.ts';
import type { Box, Finding } from '../detectors/detector.ts';

/** A finding with the names of its zones; absent where it is in no zone. */
export interface PlacedFinding extends Finding {
  zones?: string[];
}

/** Findings outside of every mask, each with its zones. */
export function placed(
  findings: readonly Finding[],
  { masks = [], zones }: { masks?: readonly Polygon[] | undefined; zones: readonly Zone[] },
): PlacedFinding[] {
  return findings.flatMap((finding) => {
    const foot = footOf(finding.box);
    if (masks.some((mask) => isInside(mask, foot))) return [];
    return [
      withZones(
        finding,
        zones.filter(({ polygon }) => isInside(polygon, foot)).map(({ name }) => name),
      ),
    ];
  });
}

/** A finding that names its zones, if any. */
export function withZones(finding: Finding, zones: string[]): PlacedFinding {
  return zones.length === 0 ? finding : { ...finding, zones };
}

/** Position on the ground: the middle of the box's lower edge, within the picture. */
function footOf([x, y, width, height]: Box): [number, number] {
  // The lower edge of the picture itself is no longer in any polygon.
  return [x + width / 2, Math.min(y + height, 0.9999)];
}
