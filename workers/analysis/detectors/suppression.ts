/** Greedy non-maximum suppression: keeps the best of overlapping boxes. */
import { overlap } from '../camera/overlap.ts';
import type { Finding } from './detector.ts';

/** Best findings first, without those that overlap a better one of their label by more than `maxOverlap`. */
export function suppress(findings: readonly Finding[], maxOverlap: number): Finding[] {
  const kept: Finding[] = [];
  for (const finding of [...findings].sort((a, b) => b.score - a.score)) {
    const isDouble = kept.some(
      ({ label, box }) => label === finding.label && overlap(box, finding.box) > maxOverlap,
    );
    if (!isDouble) kept.push(finding);
  }
  return kept;
}
