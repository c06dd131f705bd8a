/** Sensitivity and least area of motion, beside what moves now. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { MotionLevel } from '#shared/client/api-types.ts';
import { areaAt, areaText, levelText, placeOf } from '../motion-words.ts';
import type { ZonesDraft } from '../zone-draft.ts';

/** What the settings show, and what they tell. */
export interface MotionSettingsOptions {
  draft: ZonesDraft;
  level: MotionLevel | undefined;
  /** Why there is no level; empty: it has not come yet. */
  noLevel: string;
  canEdit: boolean;
  isUnsaved: boolean;
  /** @param label changes in a row with the same one are undone together */
  onChange: (change: Partial<ZonesDraft>, label: string) => void;
}

const STEPS = 200;

export function motionSettings(options: MotionSettingsOptions): TemplateResult {
  const { draft, canEdit, onChange } = options;
  return html`<section class="card zones-card" aria-labelledby="motion-title">
    <h2 id="motion-title">Motion</h2>
    ${meter(options)}
    <div class="field">
      <label for="min-area">Least area: <strong>${areaText(draft.minArea)}</strong> of the picture</label>
      <input id="min-area" type="range" min="0" max=${STEPS} step="1" ?disabled=${!canEdit}
        aria-valuetext="${areaText(draft.minArea)} of the picture" .value=${String(Math.round(placeOf(draft.minArea) * STEPS))}
        @input=${(event: Event) => onChange({ minArea: areaAt(numberOf(event) / STEPS) }, 'area')} />
      <p class="field-hint">What moves must be at least this large, connectedly.</p>
    </div>
    <div class="field">
      <label for="sensitivity">Sensitivity: <strong>${draft.sensitivity}</strong></label>
      <input id="sensitivity" type="range" min="1" max="100" step="1" ?disabled=${!canEdit} .value=${String(draft.sensitivity)}
        @input=${(event: Event) => onChange({ sensitivity: numberOf(event) }, 'sensitivity')} />
      <p class="field-hint">Low: only clear changes of brightness. High: the faintest.
        ${options.isUnsaved ? 'The meter follows sensitivity, masks and motion areas once they are saved.' : nothing}</p>
    </div>
  </section>`;
}

/** The same scale as the slider of the least area below it. */
function meter({ draft, level, noLevel }: MotionSettingsOptions): TemplateResult {
  const area = level?.area ?? 0;
  const text = level === undefined ? noLevel || 'Waiting for pictures' : levelText(level, draft.minArea);
  const isCounted = level !== undefined && ['still', 'moving'].includes(level.state);
  return html`<div class="zones-meter" role="meter" aria-label="Motion now" aria-valuemin="0" aria-valuemax="100"
      aria-valuenow=${Number((area * 100).toFixed(2))} aria-valuetext=${text}
      data-counts=${String(isCounted && area > 0 && area >= draft.minArea)}>
      <i .style=${`width: ${isCounted ? placeOf(area) * 100 : 0}%`}></i><b .style=${`left: ${placeOf(draft.minArea) * 100}%`}></b>
    </div>
    <p class="zones-level" data-state=${level?.state ?? 'none'}>${text}</p>`;
}

function numberOf(event: Event): number {
  return Number((event.target as HTMLInputElement).value);
}
