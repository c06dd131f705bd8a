/** Rows of the timeline: one for each kind of event, so that a long event does not hide the others. */

/** Variables of the style sheet by kind of event, in the order of the rows. */
const COLOURS: Readonly<Record<string, string>> = {
  motion: '--busy',
  person: '--bad',
  face: '--accent',
  watch: '--good',
};
const KINDS = Object.keys(COLOURS);

/** The variable of the style sheet that holds the colour of a kind. */
export function colourOf(kind: string): string {
  return COLOURS[kind] ?? '--muted';
}

/** The kinds of some events, one for each row. */
export function kindsOf(events: readonly { kind: string }[]): string[] {
  const rank = (kind: string): number => (KINDS.includes(kind) ? KINDS.indexOf(kind) : KINDS.length);
  return [...new Set(events.map(({ kind }) => kind))].sort((a, b) => rank(a) - rank(b));
}
