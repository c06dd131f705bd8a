/** One event beside the list: its clip or picture with the box, what was answered, where to go from here. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { CameraEvent } from '#shared/client/events.ts';
import { clock } from '../format.ts';
import { hrefOf } from '../router.ts';
import { answersOf, durationOf, titleOf } from './event-words.ts';
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
      <span class="muted">${clock(event.startedAt, now)} · ${durationOf(event, now)}</span></p>
    ${answers(event)}
    <p class="drawer-actions">
      ${event.clipUrl === null ? nothing : html`<a class="button" href=${relative(event.clipUrl)} download>${icon('download')}Clip</a>`}
      ${event.snapshotUrl === null ? nothing : html`<a class="button" href=${relative(event.snapshotUrl)} download="event.jpg">${icon('download')}Picture</a>`}
      <a class="button" href="${hrefOf('timeline', event.cameraId)}?at=${Date.parse(event.startedAt)}">Timeline</a>
    </p>
  </aside>`;
}

function media(event: CameraEvent): TemplateResult | typeof nothing {
  const picture =
    event.snapshotUrl === null
      ? undefined
      : `${relative(event.snapshotUrl)}?v=${Date.parse(event.updatedAt)}`;
  const still =
    picture === undefined
      ? nothing
      : html`<div class="drawer-picture"><img src=${picture} alt="Best picture of the event" />${box(event)}</div>`;
  if (event.clipUrl === null) return still;
  // The clip of an event that goes on grows: the end of the event loads it anew.
  const source = `${relative(event.clipUrl)}?v=${event.endedAt === null ? 'open' : Date.parse(event.endedAt)}`;
  return html`<video class="drawer-clip" controls autoplay muted playsinline .src=${source} aria-label="Clip of the event"></video>${still}`;
}

/** Where the object was in the best picture. */
function box({ data }: CameraEvent): TemplateResult | typeof nothing {
  const { box: place } = data as { box?: unknown };
  if (!Array.isArray(place) || place.length !== 4) return nothing;
  const [left, top, width, height] = place.map((share) => Number(share) * 100) as [
    number,
    number,
    number,
    number,
  ];
  return html`<svg class="drawer-box" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
    <rect x=${left} y=${top} width=${width} height=${height} vector-effect="non-scaling-stroke" /></svg>`;
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
