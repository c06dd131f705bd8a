/** Labels bind cameras to workers: a camera runs only on a worker that carries every label that it asks for. */

/** Values by name: `{site: 'berlin', gpu: '1'}`. */
export type Labels = Readonly<Record<string, string>>;

/** Labels of a camera that runs anywhere, and of a worker without any. */
export const NO_LABELS: Labels = {};
/** A name or a value. */
export const LABEL_PART = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;
/** Most labels of one camera or worker. */
export const MAX_LABELS = 16;

/** Whether a worker carries all labels that a camera asks for. */
export function carries(worker: Labels, asked: Labels): boolean {
  return Object.entries(asked).every(([name, value]) => worker[name] === value);
}

/** `gpu=1,site=berlin`: in order of the names, so that equal labels are one text. */
export function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join();
}

/** Reads `site=berlin, gpu=1`. @returns undefined for a text that does not name labels */
export function parseLabels(text: string): Labels | undefined {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  const pairs = parts.map((part) => part.split('=').map((half) => half.trim()));
  const isValid = pairs.every((pair) => pair.length === 2 && pair.every((half) => LABEL_PART.test(half)));
  const labels = Object.fromEntries(pairs as [string, string][]);
  return isValid && pairs.length <= MAX_LABELS && Object.keys(labels).length === pairs.length
    ? labels
    : undefined;
}
