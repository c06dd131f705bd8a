/** All cameras, live. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { CameraStatus } from '#shared/client/api-types.ts';
import type { App } from '../app-state.ts';
import { type CameraEntry, cameraEntries } from '../camera-entries.ts';
import { pictureAge } from '../camera-words.ts';
import { CameraPicture } from '../elements/camera-picture.ts';
import { count } from '../format.ts';
import { hrefOf } from '../router.ts';
import { icon } from './icons.ts';
import { cameraNotice, emptyState, pageHead, pill } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

/** More cameras, fewer pictures of each: the load of a wall stays about the same. */
const FPS_BY_COUNT: [number, number][] = [
  [4, 10],
  [9, 6],
  [16, 4],
];
const LOWEST_FPS = 2;

/** `<cameras-page>`. */
export class CamerasPage extends ViewElement {
  protected view(): TemplateResult {
    return camerasPage(this.app);
  }
}

export const ELEMENTS = { 'cameras-page': CamerasPage, 'camera-picture': CameraPicture };

function camerasPage(app: App): TemplateResult {
  const entries = cameraEntries(app);
  const fps = FPS_BY_COUNT.find(([most]) => entries.length <= most)?.[1] ?? LOWEST_FPS;
  const add = app.canChange && !app.isGone ? addButton() : nothing;
  return html`
    ${pageHead('Cameras', add, html`<p class="summary">${summary(entries, app.isGone)}</p>`)}
    ${app.canChange ? demoNote(entries) : nothing}
    ${app.state.hasState && entries.length === 0 ? noCameras(app.canChange) : nothing}
    <ul class="wall" data-size=${entries.length <= 4 ? 'few' : entries.length <= 9 ? 'some' : 'many'}>
      ${repeat(
        entries,
        ({ camera }) => camera.id,
        (entry) => tile(entry, fps, app),
      )}
      ${app.state.hasState ? nothing : [1, 2, 3, 4].map(() => html`<li class="tile skeleton" aria-hidden="true"></li>`)}
    </ul>
  `;
}

function summary(entries: CameraEntry[], isGone: boolean): string {
  if (entries.length === 0) return '';
  if (isGone) return `${count(entries.length, 'camera')} · state unknown`;
  const live = entries.filter(({ words }) => words.tone === 'good').length;
  const waiting = entries.filter(({ words }) => words.tone === 'bad').length;
  const parts = [count(entries.length, 'camera'), live === entries.length ? 'all live' : `${live} live`];
  if (waiting > 0) parts.push(`${waiting} ${waiting === 1 ? 'needs' : 'need'} attention`);
  return parts.join(' · ');
}

function demoNote(entries: CameraEntry[]): TemplateResult | typeof nothing {
  if (!entries.some(({ camera }) => camera.isDemo)) return nothing;
  return html`<p class="hint-line">
    These cameras are simulated. <a href=${hrefOf('add')}>Add your own camera</a> to replace them.
  </p>`;
}

function addButton(): TemplateResult {
  return html`<a class="button primary" href=${hrefOf('add')}>${icon('add')}Add camera</a>`;
}

function noCameras(canChange: boolean): TemplateResult {
  return emptyState(
    'cameras',
    'No cameras yet',
    'Add one by its address, or upload a video and play it as a camera.',
    canChange ? addButton() : nothing,
  );
}

function tile({ camera, status, words }: CameraEntry, fps: number, { client, now }: App): TemplateResult {
  const isLive = words.tone === 'good';
  return html`<li class="tile" data-tone=${words.tone}>
    <a href=${hrefOf('camera', camera.id)} aria-label="${camera.name}: ${words.label}. Open">
      <div class="tile-picture">
        <camera-picture .client=${client} camera-id=${camera.id} fps=${fps}></camera-picture>
        ${isLive ? nothing : html`<div class="tile-cover">${cameraNotice(words)}</div>`}
      </div>
      <div class="tile-text">
        <div class="tile-name"><strong>${camera.name}</strong>${pill(words.tone, words.label)}</div>
        <div class="tile-facts">
          <span class="tile-place">${camera.location || `Camera ${camera.id}`}</span>
          ${isLive ? liveFacts(status, now) : nothing}
        </div>
      </div>
    </a>
  </li>`;
}

function liveFacts(status: CameraStatus | null | undefined, now: number): TemplateResult {
  const age = pictureAge(status, now);
  return html`<span class="numbers">
    <span>${Math.round(status?.frameRate ?? 0)} fps</span>
    ${age === 'now' ? nothing : html`<span>${age}</span>`}
    <span class="viewers" title=${count(status?.viewers ?? 0, 'viewer')}>${icon('eye')}${status?.viewers ?? 0}<span class="visually-hidden"> viewers</span></span>
  </span>`;
}
