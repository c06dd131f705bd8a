/** One camera on the wall. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { GatewayClient } from '#shared/client/client.ts';
import type { CameraEntry } from '../camera-entries.ts';
import { pictureAge, placeWords } from '../camera-words.ts';
import { count } from '../format.ts';
import { hrefOf } from '../router.ts';
import { slowedLabel } from '../slowed-words.ts';
import { icon } from './icons.ts';
import { cameraNotice, pill } from './page-parts.ts';

/** How a tile is shown. */
export interface TileLook {
  client: GatewayClient;
  /** The gateway's clock, Unix milliseconds. */
  now: number;
  /** Pictures a second while no video plays. */
  fps: number;
  isVideo: boolean;
  isCaptionOver: boolean;
  /** Shows the buttons that move a tile. */
  isArranging: boolean;
  isDragged: boolean;
}

/** A tile; the wall listens to its events. */
export function cameraTile(entry: CameraEntry, look: TileLook): TemplateResult {
  const { camera, words } = entry;
  const isLive = words.tone === 'good';
  return html`<li class="tile" data-id=${camera.id} data-tone=${words.tone} ?data-dragged=${look.isDragged} draggable="true">
    <div class="tile-picture">
      <camera-picture .client=${look.client} camera-id=${camera.id} fps=${look.fps} ?video=${look.isVideo && isLive}></camera-picture>
      ${isLive ? nothing : html`<div class="tile-cover">${cameraNotice(words)}</div>`}
      ${look.isCaptionOver ? captionOver(entry, look) : nothing}
    </div>
    ${look.isCaptionOver ? nothing : captionBelow(entry, look)}
    ${look.isArranging ? moveButtons(camera.name) : nothing}
  </li>`;
}

/** Covers the whole tile. */
function link({ id, name }: CameraEntry['camera'], state: string): TemplateResult {
  return html`<a class="tile-link" href=${hrefOf('camera', id)} draggable="false" aria-label="${name}: ${state}. Open">${name}</a>`;
}

function captionOver({ camera, status, words }: CameraEntry, look: TileLook): TemplateResult {
  return html`<div class="tile-caption">
    <span class="dot" data-tone=${words.tone} aria-hidden="true"></span>${link(camera, words.label)}
    ${words.tone === 'good' ? liveFacts(status, look) : nothing}
  </div>`;
}

function captionBelow({ camera, status, words }: CameraEntry, look: TileLook): TemplateResult {
  return html`<div class="tile-text">
    <div class="tile-name">${link(camera, words.label)}${pill(words.tone, words.label)}</div>
    <div class="tile-facts">
      <span class="tile-place">${placeWords(camera)}</span>
      ${words.tone === 'good' ? liveFacts(status, look) : nothing}
    </div>
  </div>`;
}

function liveFacts(status: CameraEntry['status'], { now, fps, isVideo }: TileLook): TemplateResult {
  const age = pictureAge(status, now);
  const rate = Math.round(status?.frameRate ?? 0);
  const viewers = status?.viewers ?? 0;
  const slowed = status?.slowed;
  return html`<span class="numbers">
    ${slowed === undefined ? nothing : html`<span class="slowed">${icon('alert')}${slowedLabel(slowed)}</span>`}
    ${
      isVideo || rate <= fps
        ? html`<span>${rate} fps</span>`
        : html`<span title="At most ${fps} pictures a second here; the camera sends ${rate}">preview</span>`
    }
    ${age === 'just now' || age === '' ? nothing : html`<span>${age}</span>`}
    ${viewers === 0 ? nothing : html`<span class="viewers" title=${count(viewers, 'viewer')}>${icon('eye')}${viewers}<span class="visually-hidden"> viewers</span></span>`}
  </span>`;
}

function moveButtons(name: string): TemplateResult {
  return html`<div class="tile-moves">
    <button class="button" type="button" data-move="-1" aria-label="Move ${name} back">${icon('back')}</button>
    <button class="button" type="button" data-move="1" aria-label="Move ${name} forward">${icon('forward')}</button>
  </div>`;
}
