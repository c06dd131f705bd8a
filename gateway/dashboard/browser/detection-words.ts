/** The state of detection in words. */
import type { ShownServices } from './status.ts';

/** `Ready`, `Starting`, `Switched off`. */
export function detectionState(analysis: ShownServices['analysis']): string {
  if (analysis === undefined) return 'Switched off';
  return analysis.state === 'ready' ? 'Ready' : capitalized(analysis.state);
}

/** `Person: OpenCV HOG`, one a detector. */
export function detectorsOf(analysis: ShownServices['analysis']): string {
  return Object.entries(analysis?.detectors ?? {})
    .map(
      ([what, { state, model }]) => `${capitalized(what)}: ${state === 'ready' ? (model ?? state) : state}`,
    )
    .join(', ');
}

/** With a capital letter. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
