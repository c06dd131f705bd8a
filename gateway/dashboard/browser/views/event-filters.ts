/** What is chosen above the list of events. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { EventFilter } from '#shared/client/events.ts';
import type { App } from '../app-state.ts';
import { dayOf, dayRange } from '../day.ts';

const KINDS = [
  ['', 'All'],
  ['motion', 'Motion'],
  ['person', 'Person'],
  ['face', 'Face'],
  ['watch', 'Watch'],
] as const;

/** Empty: all. */
export interface ChosenFilter {
  kind: string;
  cameraId: string;
  /** Name of a zone. */
  zone: string;
  day: string;
  search: string;
}

/** Nothing is left out. */
export const ALL_EVENTS: ChosenFilter = { kind: '', cameraId: '', zone: '', day: '', search: '' };

/** The filters. @param onSearch called with each letter */
export function eventFilters(
  app: App,
  filter: ChosenFilter,
  onChange: (change: Partial<ChosenFilter>) => void,
  onSearch: (text: string) => void,
): TemplateResult {
  const { kind, cameraId, day, search } = filter;
  const cameras = [...app.state.gateway.cameras.values()];
  return html`<div class="event-filters" role="search">
    <div class="chips" role="group" aria-label="Kind">${KINDS.map(
      ([key, name]) =>
        html`<button class="chip" type="button" aria-pressed=${kind === key} @click=${() => onChange({ kind: key })}>${name}</button>`,
    )}</div>
    <select aria-label="Camera" @change=${(event: Event) => onChange({ cameraId: inputOf(event), zone: '' })}>
      <option value="" ?selected=${cameraId === ''}>All cameras</option>
      ${cameras.map(({ id, name }) => html`<option value=${id} ?selected=${id === cameraId}>${name}</option>`)}
    </select>
    ${zoneChoice(app, filter, onChange)}
    <input type="date" aria-label="Day" .value=${day} max=${dayOf(app.now)}
      @change=${(event: Event) => onChange({ day: inputOf(event) })} />
    <input type="search" aria-label="Search in labels, zones and answers" placeholder="Search labels, zones, answers" maxlength="200"
      .value=${search} @input=${(event: Event) => onSearch(inputOf(event))} />
  </div>`;
}

/** Zones of the chosen camera, or of all; nothing where there are none. */
function zoneChoice(
  app: App,
  { cameraId, zone }: ChosenFilter,
  onChange: (change: Partial<ChosenFilter>) => void,
): TemplateResult | typeof nothing {
  const cameras = [...app.state.gateway.cameras.values()].filter(
    ({ id }) => cameraId === '' || id === cameraId,
  );
  const names = new Set(cameras.flatMap(({ zones }) => zones.map(({ name }) => name)));
  if (zone !== '') names.add(zone);
  if (names.size === 0) return nothing;
  return html`<select aria-label="Zone" @change=${(event: Event) => onChange({ zone: inputOf(event) })}>
    <option value="" ?selected=${zone === ''}>All zones</option>
    ${[...names].sort().map((name) => html`<option value=${name} ?selected=${name === zone}>${name}</option>`)}
  </select>`;
}

/** The filter as the gateway takes it. */
export function queryOf({ kind, cameraId, zone, day, search }: ChosenFilter): EventFilter {
  const range = day === '' ? undefined : dayRange(day);
  return {
    ...liveQueryOf({ kind, cameraId, zone }),
    ...(search.trim() === '' ? {} : { search: search.trim() }),
    ...(range === undefined ? {} : { since: range.from / 1000, until: range.to / 1000 }),
  };
}

/** The part of it that live events are filtered by. */
export function liveQueryOf({ kind, cameraId, zone }: Pick<ChosenFilter, 'kind' | 'cameraId' | 'zone'>) {
  return {
    ...(kind === '' ? {} : { kind }),
    ...(cameraId === '' ? {} : { cameraId }),
    ...(zone === '' ? {} : { zone }),
  };
}

function inputOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}
