/** One event beside the list: its clip or picture with the box, what was answered, where to go from here. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { CameraEvent } from '#shared/client/events.ts';
import { clock } from '../format.ts';
import { hrefOf } from '../router.ts';
import { answersOf, durationOf, titleOf, zonesOf } from './event-words.ts';
import { icon } from './icons.ts';

/** What surrounds a drawer. */
export interface DrawerContext {
  cameraName: string;
  /** Unix milliseconds. */
  now: number;
  onClose: () => void;
  onStep: (step: 1 | -1) => void;
  canStep: (step: 1 | -1) => boolean;
}

export function eventDrawer(event: CameraEvent, context: DrawerContext): TemplateResult {
  const { cameraName, now, onClose, onStep, canStep } = context;
  return html`<aside class="drawer" role="dialog" aria-label="${titleOf(event)}, ${cameraName}">
    <header class="drawer-head">
      <button class="button quiet" type="button" ?disabled=${!canStep(-1)} @click=${() => onStep(-1)} aria-label="Newer event">${icon('back')}</button>
      <button class="button quiet" type="button" ?disabled=${!canStep(1)} @click=${() => onStep(1)} aria-label="Older event">${icon('forward')}</button>
      <button class="button quiet drawer-close" type="button" @click=${onClose}>Close</button>
    </header>
    ${media(event)}
    <h2>${titleOf(event)}</h2>
    <p><a href=${hrefOf('camera', event.cameraId)}>${cameraName}</a>
      <span class="muted">${[clock(event.startedAt, now), durationOf(event, now), zonesOf(event)].filter(Boolean).join(' · ')}</span></p>
    ${answers(event)}
    <p class="drawer-actions">
      ${event.clipUrl === null ? nothing : html`<a class="button" href=${relative(event.clipUrl)} download>${icon('download')}Clip</a>`}
      ${event.snapshotUrl === null ? nothing : html`<a class="button" href=${relative(event.snapshotUrl)} download="event.jpg">${icon('download')}Picture</a>`}
      <a class="button" href="${hrefOf('timeline', event.cameraId)}?at=${Date.parse(event.startedAt)}">Timeline</a>
    </p>
  </aside>`;
}

function media(event: CameraEvent): TemplateResult | typeof nothing {
  const still = html`<event-pictures .event=${event} .drawnAt=${Date.now()}></event-pictures>`;
  if (event.clipUrl === null) return still;
  // The clip of an event that goes on grows: the end of the event loads it anew.
  const source = `${relative(event.clipUrl)}?v=${event.endedAt === null ? 'open' : Date.parse(event.endedAt)}`;
  return html`<recorded-video .source=${source} .drawnAt=${Date.now()}></recorded-video>${still}`;
}

function answers(event: CameraEvent): TemplateResult | typeof nothing {
  const { question, answers: given } = answersOf(event);
  if (question === '' && given.length === 0) return nothing;
  return html`${question === '' ? nothing : html`<p class="drawer-question">${question}</p>`}
    <ol class="drawer-answers">${given.map(
      ({ text, vote }) =>
        html`<li>${text}${vote === '' ? nothing : html` <span class="muted">${vote}</span>`}</li>`,
    )}</ol>`;
}

/** Relative, for path prefixes. */
function relative(path: string): string {
  return path.replace(/^\//, '');
}
