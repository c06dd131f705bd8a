/** One camera's picture with its controls on it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { type CameraEntry, cameraEntry } from '../camera-entries.ts';
import { CameraView } from '../elements/camera-view.ts';
import { PictureGestures } from '../elements/picture-gestures.ts';
import { NO_ZOOM } from '../elements/zoom.ts';
import { clock } from '../format.ts';
import type { TransportNews } from '../players/best-player.ts';
import { hrefOf } from '../router.ts';
import { inOrder, readChoices } from '../wall-choices.ts';
import { icon } from './icons.ts';
import { cameraNotice } from './page-parts.ts';
import { snapshotName, stageKey, toggleFullScreen, togglePictureInPicture } from './stage-actions.ts';
import { streamMenu } from './stream-menu.ts';
import { ViewElement } from './view-element.ts';

/** Controls fade after this time without use, milliseconds. */
const IDLE_MS = 2500;
const KEY_ZOOM = 1.5;

/** `<camera-stage>`: the camera of the route. */
export class CameraStage extends ViewElement {
  #news: TransportNews | undefined;
  #wanted = 'auto';
  #showsDetections = true;
  #gestures: PictureGestures | undefined;
  #view: CameraView | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #ending = new AbortController();

  protected override entered(): void {
    this.#ending = new AbortController();
    this.updated();
    const { signal } = this.#ending;
    document.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    document.addEventListener('fullscreenchange', () => this.draw(), { signal });
    for (const type of ['pointermove', 'pointerdown', 'focusin'])
      this.addEventListener(type, () => this.#wake(), { signal });
  }

  protected override left(): void {
    this.#ending.abort();
    clearTimeout(this.#idle);
    this.#gestures = undefined;
  }

  protected override updated(): void {
    const { cameraId } = this.app.state.route;
    if (this.dataset.camera === cameraId) return;
    this.dataset.camera = cameraId;
    this.#news = undefined;
    this.#gestures?.set(NO_ZOOM);
  }

  protected view(): TemplateResult {
    const entry = cameraEntry(this.app, this.app.state.route.cameraId);
    if (entry === undefined) return html``;
    const { camera, words } = entry;
    const isLive = words.tone === 'good';
    return html`<div class="stage" ?data-zoomed=${this.#isZoomed} @dblclick=${(event: Event) => this.#onDoubleClick(event)}>
      <camera-view ${ref((element) => this.#follow(element))}
        role="img" aria-label="Live picture of ${camera.name}"
        .client=${this.app.client} .clockOffset=${this.app.state.clockOffset}
        camera-id=${camera.id} transport=${this.#wanted} ?live=${isLive}
        ?detections=${hasAnalysis(entry) && this.#showsDetections}
        @transport-change=${(event: CustomEvent<TransportNews>) => this.#onTransport(event)}
        @sound-change=${() => queueMicrotask(() => this.draw())}
      ></camera-view>
      ${isLive ? nothing : html`<div class="tile-cover">${cameraNotice(words)}</div>`}
      <div class="stage-top">
        <a class="stage-button" href=${hrefOf('cameras')} aria-label="All cameras">${icon('back')}</a>
        <strong>${camera.name}</strong><span>${isLive ? clock(this.app.now, this.app.now) : words.label}</span>
      </div>
      ${this.#neighbour(-1)}${this.#neighbour(1)}
      ${this.#controls(entry, isLive)}
    </div>`;
  }

  #controls(entry: CameraEntry, isLive: boolean): TemplateResult {
    const { camera } = entry;
    const isFull =
      document.fullscreenElement === this.querySelector('.stage') && document.fullscreenElement !== null;
    return html`<div class="stage-controls" role="group" aria-label="Picture">
      ${isLive ? this.#soundButton() : nothing}
      ${
        isLive
          ? html`<a class="stage-button" href="api/cameras/${encodeURIComponent(camera.id)}/frame?quality=95" title="Snapshot (S)" aria-label="Snapshot"
              download @click=${(event: Event) => name(event, snapshotName(camera.name, new Date(this.app.now)))}>${icon('snapshot')}</a>`
          : nothing
      }
      ${isLive && this.#canLeavePage ? stageButton('pip', 'Picture in picture', () => void togglePictureInPicture(this.#view?.video)) : nothing}
      ${this.#isZoomed ? html`<button class="stage-button wide" type="button" aria-label="Show the whole picture" title="Show the whole picture (0)" @click=${() => this.#gestures?.set(NO_ZOOM)}>${this.#gestures?.zoom.scale.toFixed(1)}×</button>` : nothing}
      ${streamMenu({
        news: isLive ? this.#news : undefined,
        wanted: this.#wanted,
        isPublicHost: this.app.state.gateway.gateway?.isPublic === true,
        showsDetections: hasAnalysis(entry) ? this.#showsDetections : undefined,
        onWanted: (transport) => {
          this.#wanted = transport;
          this.draw();
        },
        onDetections: (isOn) => {
          this.#showsDetections = isOn;
          this.draw();
        },
      })}
      ${stageButton('full', isFull ? 'Exit full screen (F)' : 'Full screen (F)', () => this.#toggleFull())}
    </div>`;
  }

  #soundButton(): TemplateResult | typeof nothing {
    const sound = this.#view?.sound;
    if (sound?.isThere !== true) return nothing;
    return stageButton(sound.isOn ? 'sound' : 'mute', sound.isOn ? 'Sound off' : 'Sound on', () =>
      sound.toggle(),
    );
  }

  /** A picture in a window of its own needs a video. */
  get #canLeavePage(): boolean {
    return (
      document.pictureInPictureEnabled === true && this.#news !== undefined && this.#news.transport !== 'jpeg'
    );
  }

  get #isZoomed(): boolean {
    return (this.#gestures?.zoom.scale ?? 1) > 1;
  }

  #neighbour(step: 1 | -1): TemplateResult | typeof nothing {
    const id = this.#neighbourId(step);
    if (id === undefined) return nothing;
    const label = `${step === 1 ? 'Next' : 'Previous'} camera: ${this.app.state.gateway.cameras.get(id)?.name}`;
    return html`<a class="stage-button neighbour" data-step=${step} href=${hrefOf('camera', id)} aria-label=${label} title=${label}>
      ${icon(step === 1 ? 'forward' : 'back')}</a>`;
  }

  /** In the order of the wall, around its ends. */
  #neighbourId(step: 1 | -1): string | undefined {
    const ids = inOrder(this.app.state.gateway.ids, readChoices().order);
    if (ids.length < 2) return undefined;
    const at = ids.indexOf(this.app.state.route.cameraId);
    return ids[(at + step + ids.length) % ids.length];
  }

  #go(step: 1 | -1): void {
    const id = this.#neighbourId(step);
    if (id !== undefined) location.hash = hrefOf('camera', id);
  }

  #follow(element: Element | undefined): void {
    if (!(element instanceof CameraView) || this.#gestures !== undefined) return;
    this.#view = element;
    this.#gestures = new PictureGestures(
      element,
      {
        onZoom: (zoom) => {
          element.show(zoom);
          queueMicrotask(() => this.draw());
        },
        onSwipe: (step) => this.#go(step),
      },
      this.#ending.signal,
    );
  }

  #onTransport({ detail }: CustomEvent<TransportNews>): void {
    this.#news = detail;
    // Called while the element is being connected by a drawing.
    queueMicrotask(() => this.draw());
  }

  #onDoubleClick({ target }: Event): void {
    if ((target as Element).closest('a, button, details') === null) this.#toggleFull();
  }

  #toggleFull(): void {
    toggleFullScreen(this.querySelector('.stage'), this.#view?.video);
  }

  #onKey(event: KeyboardEvent): void {
    const actions: Record<string, (() => void) | undefined> = {
      f: () => this.#toggleFull(),
      m: () => this.#view?.sound.toggle(),
      s: () => this.querySelector<HTMLElement>('[download]')?.click(),
      '0': () => this.#gestures?.set(NO_ZOOM),
      '+': () => this.#gestures?.zoomBy(KEY_ZOOM),
      '-': () => this.#gestures?.zoomBy(1 / KEY_ZOOM),
      Escape: this.#isZoomed ? () => this.#gestures?.set(NO_ZOOM) : undefined,
      ArrowLeft: () => this.#go(-1),
      ArrowRight: () => this.#go(1),
    };
    const action = actions[stageKey(event)];
    if (action === undefined) return;
    event.preventDefault();
    this.#wake();
    action();
  }

  #wake(): void {
    clearTimeout(this.#idle);
    delete this.dataset.idle;
    this.#idle = setTimeout(() => {
      this.dataset.idle = '';
    }, IDLE_MS);
  }
}

function stageButton(symbol: Parameters<typeof icon>[0], label: string, onClick: () => void): TemplateResult {
  return html`<button class="stage-button" type="button" aria-label=${label.replace(/ \(.\)$/, '')} title=${label} @click=${onClick}>${icon(symbol)}</button>`;
}

function hasAnalysis({ camera }: CameraEntry): boolean {
  return Object.values(camera.analysis).some(Boolean);
}

/** The browser reads the name after the click. */
function name({ currentTarget }: Event, text: string): void {
  (currentTarget as HTMLAnchorElement).download = text;
}
