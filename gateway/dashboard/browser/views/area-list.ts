/** The areas of a camera as a list: one is chosen, named, given a purpose and removed. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { MotionLevel } from '#shared/client/api-types.ts';
import { placeOf } from '../motion-words.ts';
import {
  AREA_KINDS,
  AREA_NAMES,
  type AreaKind,
  areaNameOf,
  type DrawnArea,
  type ZonesDraft,
} from '../zone-draft.ts';
import { selectField, textField } from './form-parts.ts';
import { icon } from './icons.ts';

/** What the list shows, and what it tells. */
export interface AreaListOptions {
  draft: ZonesDraft;
  selected: number | undefined;
  /** Why areas cannot be stored, by their ids. */
  faults: ReadonlyMap<number, string>;
  level: MotionLevel | undefined;
  canEdit: boolean;
  onSelect: (id: number) => void;
  onAdd: (kind: AreaKind) => void;
  /** @param label changes in a row with the same one are undone together */
  onChange: (area: DrawnArea, label: string) => void;
  onRemove: (id: number) => void;
}

const PURPOSES: Record<AreaKind, string> = {
  zone: 'Events carry its name; watches and lists can ask for it.',
  mask: 'Nothing in it counts: no motion, no person, no face.',
  motion: 'Only motion in motion areas counts.',
};

export function areaList(options: AreaListOptions): TemplateResult {
  const { draft, canEdit, onAdd } = options;
  return html`<section class="card zones-card" aria-labelledby="areas-title">
    <h2 id="areas-title">Areas</h2>
    ${draft.areas.length === 0 ? html`<p class="muted">None yet: all of the picture counts.</p>` : nothing}
    <ul class="zones-list">${draft.areas.map((area) => row(area, options))}</ul>
    ${
      canEdit
        ? html`<div class="zones-add">${AREA_KINDS.map(
            (kind) =>
              html`<button class="button" type="button" @click=${() => onAdd(kind)}>${icon('add')}${AREA_NAMES[kind]}</button>`,
          )}</div>`
        : nothing
    }
  </section>`;
}

function row(area: DrawnArea, options: AreaListOptions): TemplateResult {
  const { selected, faults, canEdit, onSelect } = options;
  const isSelected = canEdit && selected === area.id;
  const head = html`<span class="zones-swatch" data-kind=${area.kind}></span>
    <span class="zones-name">${areaNameOf(area, options.draft.areas)}</span><span class="muted">${AREA_NAMES[area.kind]}</span>`;
  return html`<li data-selected=${String(isSelected)}>
    ${
      canEdit
        ? html`<button class="zones-row" type="button" aria-expanded=${String(isSelected)} @click=${() => onSelect(area.id)}>${head}</button>`
        : html`<div class="zones-row">${head}</div>`
    }
    ${area.kind === 'zone' ? meter(area, options) : nothing}
    ${faults.has(area.id) ? html`<p class="field-error">${faults.get(area.id)}</p>` : nothing}
    ${isSelected ? details(area, options) : nothing}
  </li>`;
}

function details(area: DrawnArea, { onChange, onRemove }: AreaListOptions): TemplateResult {
  const setKind = (value: string): void => {
    const kind = value as AreaKind;
    onChange({ ...area, kind, name: kind === 'zone' ? area.name || 'Zone' : '' }, '');
  };
  return html`<div class="zones-details">
    ${
      area.kind === 'zone'
        ? textField({
            name: `area-name-${area.id}`,
            label: 'Name',
            value: area.name,
            onInput: (name) => onChange({ ...area, name: name.slice(0, 40) }, 'name'),
          })
        : nothing
    }
    ${selectField(
      {
        name: `area-kind-${area.id}`,
        label: 'Purpose',
        value: area.kind,
        onInput: setKind,
        hint: PURPOSES[area.kind],
      },
      AREA_KINDS.map((kind) => [kind, AREA_NAMES[kind]] as const),
    )}
    <button class="button" type="button" @click=${() => onRemove(area.id)}>${icon('remove')}Remove</button>
  </div>`;
}

/** How much of the zone's picture moves now, for eyes only: the whole picture's meter is read out. */
function meter({ name }: DrawnArea, { level, draft }: AreaListOptions): TemplateResult | typeof nothing {
  const zone = level?.zones.find((each) => each.name === name.trim());
  if (zone === undefined) return nothing;
  const least = Math.min(draft.minArea, zone.minArea);
  return html`<span class="zones-meter small" aria-hidden="true" data-counts=${String(zone.area > 0 && zone.area >= least)}>
    <i .style=${`width: ${placeOf(zone.area) * 100}%`}></i><b .style=${`left: ${placeOf(least) * 100}%`}></b></span>`;
}
