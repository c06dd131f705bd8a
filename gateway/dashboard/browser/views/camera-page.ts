/** One camera, large, with its actions. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { keyed } from 'lit-html/directives/keyed.js';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { type CameraEntry, cameraEntry } from '../camera-entries.ts';
import { pictureAge, placeWords } from '../camera-words.ts';
import { CameraView } from '../elements/camera-view.ts';
import { codecName, count } from '../format.ts';
import { recorderWords } from '../recorder-words.ts';
import { hrefOf } from '../router.ts';
import { slowedLabel, slowedSentence } from '../slowed-words.ts';
import { ASK_ELEMENTS } from './ask-panel.ts';
import { CameraEvents } from './camera-events.ts';
import { CameraStage } from './camera-stage.ts';
import { icon } from './icons.ts';
import { emptyState, pageHead, pill, problem } from './page-parts.ts';
import { PtzActs } from './ptz-acts.ts';
import { PtzPanel } from './ptz-panel.ts';
import { ViewElement } from './view-element.ts';

/** `<camera-page>`. */
export class CameraPage extends ViewElement {
  #removal: 'none' | 'asked' | 'busy' = 'none';
  #error: GatewayError | undefined;
  #shown = '';

  /** The element stays while the user goes from camera to camera. */
  protected override updated(): void {
    const { cameraId } = this.app.state.route;
    if (cameraId === this.#shown) return;
    this.#shown = cameraId;
    this.#removal = 'none';
    this.#error = undefined;
  }

  protected view(): TemplateResult {
    const { cameraId } = this.app.state.route;
    const entry = cameraEntry(this.app, cameraId);
    if (entry === undefined) return this.#missing(cameraId);
    const { camera, words } = entry;
    return html`
      <a class="back-link" href=${hrefOf('cameras')}>${icon('back')}All cameras</a>
      ${pageHead(camera.name, this.#actions(entry), html`<p class="summary">${placeWords(camera)}</p>${pill(words.tone, words.label)}${slowedPill(entry)}`)}
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${this.#removal === 'none' ? nothing : this.#confirmation(entry)}
      <div class="camera-layout">
        <section class="stage-column" aria-label="Live picture">
          <camera-stage .app=${this.app} .drawnAt=${Date.now()}></camera-stage>
        </section>
        ${keyed(camera.id, html`<aside class="camera-side" aria-label="Controls and details">${this.#side(entry)}</aside>`)}
        ${keyed(
          camera.id,
          html`<camera-events .app=${this.app} .cameraId=${camera.id} .drawnAt=${Date.now()}></camera-events>`,
        )}
      </div>
    `;
  }

  #side(entry: CameraEntry): TemplateResult {
    const { app } = this;
    const { camera, words } = entry;
    const isLive = words.tone === 'good';
    return html`
      ${
        camera.ptz !== null && app.canAct && !app.isGone
          ? html`<ptz-panel .app=${app} .cameraId=${camera.id} .drawnAt=${Date.now()}></ptz-panel>
              <ptz-acts .app=${app} .cameraId=${camera.id} .drawnAt=${Date.now()}></ptz-acts>`
          : nothing
      }
      ${
        app.canAct
          ? html`<fieldset ?disabled=${!isLive} title=${isLive ? nothing : `${camera.name} is not live`}>
              <ask-panel .app=${app} .cameraId=${camera.id} .drawnAt=${Date.now()}></ask-panel>
            </fieldset>`
          : nothing
      }
      <details class="card details">
        <summary><h2>Details</h2></summary>
        ${this.#facts(entry)}
      </details>
    `;
  }

  #missing(cameraId: string): TemplateResult {
    if (!this.app.state.hasState) return html`${pageHead('Camera')}<div class="card skeleton tall"></div>`;
    return html`${pageHead('Camera')}${emptyState(
      'cameras',
      `There is no camera ${cameraId}`,
      'It may have been removed meanwhile.',
      html`<a class="button" href=${hrefOf('cameras')}>All cameras</a>`,
    )}`;
  }

  #actions({ camera }: CameraEntry): TemplateResult {
    const isOwn = camera.origin === 'registry' && this.app.canChange && !this.app.isGone;
    return html`
      <a class="button" href=${hrefOf('use', camera.id)}>${icon('phone')}<span class="button-name">Use in an app</span></a>
      <a class="button" href=${hrefOf('zones', camera.id)}>${icon('zones')}<span class="button-name">Zones</span></a>
      ${isOwn ? html`<a class="button" href=${hrefOf('edit', camera.id)}>${icon('edit')}<span class="button-name">Edit</span></a>` : nothing}
      ${
        isOwn || (camera.origin === 'connected' && this.app.canChange && !this.app.isGone)
          ? html`<button class="button" type="button" @click=${() => this.#askRemoval('asked')}>${icon('remove')}<span class="button-name">Remove</span></button>`
          : nothing
      }
    `;
  }

  #confirmation({ camera }: CameraEntry): TemplateResult {
    const isBusy = this.#removal === 'busy';
    return html`<div class="confirm" role="alertdialog" aria-label="Remove ${camera.name}?" @keydown=${(event: KeyboardEvent) => this.#onConfirmKey(event)}>
      <div><strong>Remove ${camera.name}?</strong><p>This deletes its address and password. Past events are kept.</p></div>
      <div class="confirm-actions">
        <button class="button" type="button" ?disabled=${isBusy} @click=${() => this.#askRemoval('none')}>Cancel</button>
        <button class="button danger" type="button" ?disabled=${isBusy} @click=${() => void this.#remove(camera.id)}>
          ${isBusy ? 'Removing…' : 'Remove'}
        </button>
      </div>
    </div>`;
  }

  #onConfirmKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.#removal === 'busy') return;
    event.stopPropagation();
    this.#askRemoval('none');
    this.querySelector<HTMLElement>('.page-actions button')?.focus();
  }

  #askRemoval(step: 'none' | 'asked'): void {
    this.#removal = step;
    this.draw();
    if (step === 'asked') this.querySelector<HTMLElement>('.confirm .button')?.focus();
  }

  async #remove(id: string): Promise<void> {
    this.#removal = 'busy';
    this.draw();
    try {
      await this.app.client.cameras.delete(id);
      location.hash = hrefOf('cameras');
    } catch (error) {
      this.#error = error instanceof GatewayError ? error : undefined;
      this.#removal = 'none';
      this.draw();
    }
  }

  #facts({ camera, status, words }: CameraEntry): TemplateResult {
    const size = status?.width && status.height ? `${status.width} × ${status.height}` : '';
    const rows: [string, unknown][] = [
      ['Frame rate', words.tone === 'good' ? `${(status?.frameRate ?? 0).toFixed(1)} fps` : ''],
      ['Slowed', status?.slowed === undefined ? '' : slowedSentence(status.slowed, this.app.now)],
      ['Latest frame', pictureAge(status, this.app.now)],
      ['Video', [codecName(status?.codec), size].filter(Boolean).join(' · ')],
      ['Viewers', status === null || status === undefined ? '' : count(status.viewers, 'viewer')],
      ['Reconnects', status?.reconnects ? String(status.reconnects) : ''],
      ['Recording', recorderWords(camera, status)],
      ['Address', html`<code>${camera.rtspUrl}</code>`],
      ['Worker', camera.worker],
      ['Camera id', html`<code>${camera.id}</code>`],
      ['Source', originName(camera.origin)],
    ];
    return html`<dl class="facts">
      ${rows.map(([name, value]) => (value === '' ? nothing : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}
    </dl>`;
  }
}

export const ELEMENTS = {
  ...ASK_ELEMENTS,
  'camera-events': CameraEvents,
  'camera-page': CameraPage,
  'camera-stage': CameraStage,
  'camera-view': CameraView,
  'ptz-acts': PtzActs,
  'ptz-panel': PtzPanel,
};

/** A camera that is not live tells a worse fault. */
function slowedPill({ status, words }: CameraEntry): unknown {
  const slowed = words.tone === 'good' ? status?.slowed : undefined;
  return slowed === undefined ? nothing : pill('busy', slowedLabel(slowed));
}

function originName(origin: string): string {
  const names: Record<string, string> = {
    registry: 'saved',
    file: 'CAMERAS_FILE; change it there',
    connected: 'connected until the gateway restarts',
    demo: 'demo',
  };
  return names[origin] ?? origin;
}
