/** Parts of the timeline below its strip. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Recording } from '#shared/client/recordings.ts';
import { kindsOf } from '../event-rows.ts';
import { duration } from '../format.ts';
import { KIND_WORDS } from '../notification-draft.ts';
import type { Span } from '../recorded-time.ts';
import { icon } from './icons.ts';

/** The gateway puts no more into one file. */
const MAX_EXPORT_MS = 6 * 3_600_000;
const MOST_GAPS = 100;
const EVENT_WORDS: Readonly<Record<string, string>> = { ...KIND_WORDS, watch: 'Watch' };
const GAPS: Record<Recording['gaps'][number]['reason'], string> = {
  off: 'nothing was to be recorded',
  reconnected: 'the camera was away',
  interrupted: 'the camera sent nothing',
  'clock-changed': 'the clock was set',
  restarted: 'the recorder began anew',
  'storage-full': 'the disk was full or too slow',
  removed: 'removed',
};

/** What the colours of the strip mean. */
export function eventLegend(events: readonly { kind: string }[]): TemplateResult | typeof nothing {
  const kinds = kindsOf(events);
  if (kinds.length === 0) return nothing;
  return html`<ul class="timeline-legend" aria-label="Events of the strip">${kinds.map(
    (kind) => html`<li data-kind=${kind}>${EVENT_WORDS[kind] ?? kind}</li>`,
  )}</ul>`;
}

/** Saves a part of the recording as one file. */
export function saveLink({ from, to }: Span, url: string): TemplateResult {
  const length = duration((to - from) / 1000);
  if (to - from > MAX_EXPORT_MS)
    return html`<p role="status">${length} are marked. One file holds at most 6 hours.</p>`;
  return html`<a class="button primary" download href=${url}>${icon('download')}Save ${length}</a>`;
}

/** When nothing was recorded, and why. */
export function gapList(gaps: Recording['gaps']): TemplateResult | typeof nothing {
  if (gaps.length === 0) return nothing;
  return html`<details class="more"><summary>Gaps (${gaps.length})</summary><ul class="timeline-gaps">${gaps
    .slice(-MOST_GAPS)
    .map(
      ({ from, to, reason }) =>
        html`<li>${timeOf(from)} – ${timeOf(to)} <span class="muted">${GAPS[reason]}</span></li>`,
    )}</ul></details>`;
}

function timeOf(at: string): string {
  return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(
    Date.parse(at),
  );
}
