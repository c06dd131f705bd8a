/** Keeps one box of several that mean the same thing (greedy non-maximum suppression). */
import { overlap } from '../camera/overlap.ts';
import type { Finding } from './detector.ts';

/** The best findings first; those that overlap a better one of their label by more than `maxOverlap` are left out. */
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
