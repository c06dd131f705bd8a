/** What is looked for in the pictures of every camera, in one table of switches. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { type CameraEntry, cameraEntries } from '../camera-entries.ts';
import { detectionState, detectorsOf } from '../detection-words.ts';
import { hrefOf } from '../router.ts';
import { switchField } from './form-parts.ts';
import { emptyState, pageHead, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const KINDS = [
  ['motion', 'Motion'],
  ['persons', 'People'],
  ['faces', 'Faces'],
  ['cameraEvents', "Camera's own"],
] as const;
type Kind = (typeof KINDS)[number][0];

/** `<detection-page>`. */
export class DetectionPage extends ViewElement {
  #error: GatewayError | undefined;
  /** Counts refusals: rows are drawn anew after one, so that their switches go back. */
  #refusals = 0;

  protected view(): TemplateResult {
    const { analysis } = this.app.state.gateway.services;
    return html`${pageHead('Detection', nothing, html`<p class="summary">${detectionState(analysis)}</p>`)}
      <p class="muted detection-note">${analysis === undefined ? html`Set <code>ANALYSIS=on</code> and restart the gateway.` : detectorsOf(analysis)}</p>
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${this.app.state.hasState ? this.#cameras() : html`<div class="card skeleton tall"></div>`}`;
  }

  #cameras(): TemplateResult {
    const entries = cameraEntries(this.app);
    if (entries.length === 0) {
      const add = html`<a class="button primary" href=${hrefOf('add')}>Add camera</a>`;
      return emptyState('cameras', 'No cameras yet', 'Add a camera, then choose what to look for.', add);
    }
    return html`<ul class="rows">${repeat(
      entries,
      ({ camera }) => `${this.#refusals} ${camera.id}`,
      (entry) => this.#row(entry),
    )}</ul>
      <p class="muted">The camera's own is what its software finds and tells by ONVIF. Sensitivity and areas are under Edit of a camera.</p>`;
  }

  #row({ camera }: CameraEntry): TemplateResult {
    return html`<li class="row">
      <div class="row-main"><p class="row-title"><strong>${camera.name}</strong></p>
        <p>${camera.location || `Camera ${camera.id}`}</p></div>
      <fieldset class="switches" ?disabled=${this.app.isGone}><legend class="visually-hidden">Detect at ${camera.name}</legend>
        ${KINDS.map(([kind, label]) =>
          switchField(label, camera.analysis[kind] === true, (isOn) => void this.#switch(camera, kind, isOn)),
        )}
      </fieldset>
    </li>`;
  }

  async #switch({ id, analysis }: CameraEntry['camera'], kind: Kind, isOn: boolean): Promise<void> {
    this.#error = undefined;
    try {
      await this.app.client.cameras.update(id, { analysis: { ...analysis, [kind]: isOn } });
      this.app.announce('Saved');
    } catch (error) {
      this.#error = error instanceof GatewayError ? error : undefined;
      this.#refusals += 1;
    }
    this.draw();
  }
}

export const ELEMENTS = { 'detection-page': DetectionPage };
