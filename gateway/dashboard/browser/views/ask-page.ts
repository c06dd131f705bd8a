/** Asks one, several or all cameras. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { type CameraEntry, cameraEntries } from '../camera-entries.ts';
import { canAskProvider, isAdmin, mayAsk } from '../reasoning-state.ts';
import { hrefOf } from '../router.ts';
import { AnswerHistory } from './answer-history.ts';
import { AskBox, setUpCard } from './ask-box.ts';
import { emptyState, pageHead } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

/** `<ask-page>`; `?camera=`, `?question=`, `?object=` and `?kind=` fill it. */
export class AskPage extends ViewElement {
  /** Cameras that the user chose; undefined: all that are live. */
  #chosen: ReadonlySet<string> | undefined;

  protected override entered(): void {
    const cameraId = this.app.state.route.query.get('camera');
    this.#chosen = cameraId === null ? undefined : new Set([cameraId]);
  }

  protected view(): TemplateResult {
    const { app } = this;
    return html`${pageHead('Ask', nothing, html`<p class="summary">Ask what your cameras see, find and count things on them.</p>`)}
      ${app.state.hasState ? this.#content() : html`<div class="card skeleton tall"></div>`}`;
  }

  #content(): TemplateResult {
    const { app } = this;
    const entries = cameraEntries(app);
    if (entries.length === 0) {
      const add = html`<a class="button primary" href=${hrefOf('add')}>Add camera</a>`;
      return emptyState('cameras', 'No cameras yet', 'Add a camera, then ask what it sees.', add);
    }
    const only = this.#chosen?.size === 1 ? [...this.#chosen][0] : undefined;
    return html`${this.#asking(entries)}
      <answer-history .app=${app} .hasSearch=${true} .cameraId=${only ?? ''} .drawnAt=${Date.now()}></answer-history>`;
  }

  #asking(entries: readonly CameraEntry[]): TemplateResult {
    const { app } = this;
    if (app.state.access === undefined) return html`<div class="card skeleton"></div>`;
    if (!canAskProvider(app.state.gateway.services)) return setUpCard(isAdmin(app));
    if (!mayAsk(app))
      return html`<p class="muted">You are signed in as a viewer: you see earlier answers. An operator may ask.</p>`;
    const { query } = app.state.route;
    const wish = { kind: query.get('kind'), words: query.get('question') ?? query.get('object') };
    return html`<section class="card ask-card" aria-label="Ask">
      ${this.#chips(entries)}
      <ask-box .app=${app} .wish=${wish} .cameraIds=${this.#cameraIds(entries)} .drawnAt=${Date.now()}
        @asked=${() => this.querySelector<AnswerHistory>('answer-history')?.reload()}></ask-box>
    </section>`;
  }

  #cameraIds(entries: readonly CameraEntry[]): string[] {
    const live = entries.filter(({ words }) => words.tone === 'good');
    const chosen =
      this.#chosen === undefined ? live : entries.filter(({ camera }) => this.#chosen?.has(camera.id));
    return chosen.map(({ camera }) => camera.id);
  }

  #chips(entries: readonly CameraEntry[]): TemplateResult {
    const all = (): void => {
      this.#chosen = this.#chosen === undefined ? new Set() : undefined;
      this.draw();
    };
    return html`<fieldset class="camera-chips">
      <legend>Cameras</legend>
      <label class="camera-chip all"><input type="checkbox" .checked=${this.#chosen === undefined} @change=${all} /><span>All live</span></label>
      ${entries.map((entry) => this.#chip(entry))}
    </fieldset>`;
  }

  #chip({ camera, words }: CameraEntry): TemplateResult {
    const isLive = words.tone === 'good';
    const isChosen = this.#chosen === undefined ? isLive : this.#chosen.has(camera.id);
    const toggle = (event: Event): void => {
      const ids = new Set(this.#cameraIds(cameraEntries(this.app)));
      if ((event.target as HTMLInputElement).checked) ids.add(camera.id);
      else ids.delete(camera.id);
      this.#chosen = ids;
      this.draw();
    };
    const picture = `api/cameras/${encodeURIComponent(camera.id)}/frame?width=160&maxAgeMs=any`;
    return html`<label class="camera-chip" data-live=${isLive}>
      <input type="checkbox" .checked=${isChosen} @change=${toggle} />
      ${isLive ? html`<img src=${picture} alt="" loading="lazy" />` : nothing}
      <span>${camera.name}${isLive ? nothing : html` <small>${words.label}</small>`}</span>
    </label>`;
  }
}

export const ELEMENTS = { 'answer-history': AnswerHistory, 'ask-box': AskBox, 'ask-page': AskPage };
