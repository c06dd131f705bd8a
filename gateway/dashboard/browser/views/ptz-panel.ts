/** Moves a camera: a pad, zoom, home and presets. A held button or key moves until it is released. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { PtzPreset } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { HeldMove, Ptz, PtzVelocity } from '#shared/client/ptz.ts';
import { problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const SPEED = 0.5;

/** Buttons of the pad by rows: name, sign, direction. */
const PAD: readonly [string, string, PtzVelocity | 'home'][] = [
  ['Up and left', '↖', { pan: -SPEED, tilt: SPEED }],
  ['Up', '↑', { tilt: SPEED }],
  ['Up and right', '↗', { pan: SPEED, tilt: SPEED }],
  ['Left', '←', { pan: -SPEED }],
  ['Home position', '⌂', 'home'],
  ['Right', '→', { pan: SPEED }],
  ['Down and left', '↙', { pan: -SPEED, tilt: -SPEED }],
  ['Down', '↓', { tilt: -SPEED }],
  ['Down and right', '↘', { pan: SPEED, tilt: -SPEED }],
];
const ZOOM: readonly [string, string, PtzVelocity][] = [
  ['Zoom in', '+', { zoom: SPEED }],
  ['Zoom out', '−', { zoom: -SPEED }],
];
const KEYS: Record<string, PtzVelocity> = {
  ArrowLeft: { pan: -SPEED },
  ArrowRight: { pan: SPEED },
  ArrowUp: { tilt: SPEED },
  ArrowDown: { tilt: -SPEED },
  '+': { zoom: SPEED },
  '-': { zoom: -SPEED },
};

/** `<ptz-panel>`; shown for cameras with `ptz`. */
export class PtzPanel extends ViewElement {
  #cameraId = '';
  #held: HeldMove | undefined;
  #presets: PtzPreset[] = [];
  #preset = '';
  #error: GatewayError | undefined;
  #ending = new AbortController();

  set cameraId(id: string) {
    if (id === this.#cameraId) return;
    this.#release();
    this.#cameraId = id;
    this.#presets = [];
    if (this.isConnected) this.#loadPresets();
  }

  protected override entered(): void {
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    // A pointer that is released elsewhere, and a page that loses the keyboard, must not leave the camera moving.
    window.addEventListener('pointerup', () => this.#release(), { signal });
    window.addEventListener('blur', () => this.#release(), { signal });
    this.#loadPresets();
  }

  protected override left(): void {
    this.#ending.abort();
    this.#release();
  }

  get #ptz(): Ptz {
    return this.app.client.cameras.ptz(this.#cameraId);
  }

  protected view(): TemplateResult {
    return html`<section class="card" aria-label="Move this camera"
      @keydown=${(event: KeyboardEvent) => this.#onKey(event)} @keyup=${() => this.#release()}>
      <div class="card-head"><h2>Move</h2></div>
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      <div class="ptz">
        <div class="ptz-pad" role="group" aria-label="Pan and tilt; arrow keys work too">${PAD.map((one) => this.#button(one))}</div>
        <div class="ptz-zoom" role="group" aria-label="Zoom; plus and minus work too">${ZOOM.map((one) => this.#button(one))}</div>
      </div>
      ${this.#presetForm()}
    </section>`;
  }

  #button([name, sign, what]: readonly [string, string, PtzVelocity | 'home']): TemplateResult {
    if (what === 'home')
      return html`<button class="button" type="button" aria-label=${name} title=${name} @click=${() => this.#run(this.#ptz.home())}>${sign}</button>`;
    const press = (event: Event): void => {
      event.preventDefault();
      (event.currentTarget as HTMLElement).focus();
      this.#hold(what);
    };
    const key = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      if (!event.repeat) this.#hold(what);
    };
    return html`<button class="button" type="button" aria-label=${name} title=${name}
      @pointerdown=${press} @keydown=${key} @contextmenu=${(event: Event) => event.preventDefault()}>${sign}</button>`;
  }

  #presetForm(): TemplateResult {
    const go = (event: Event): void => {
      event.preventDefault();
      if (this.#preset !== '') this.#run(this.#ptz.goToPreset(this.#preset));
    };
    const choose = (event: Event): void => {
      this.#preset = (event.target as HTMLInputElement | HTMLSelectElement).value.trim();
    };
    const field =
      this.#presets.length > 0
        ? html`<select id="preset" name="preset" @change=${choose}>
            ${this.#presets.map(({ id, name }) => html`<option value=${id} ?selected=${id === this.#preset}>${name}</option>`)}
          </select>`
        : html`<input id="preset" name="preset" inputmode="numeric" autocomplete="off" placeholder="1" maxlength="64" @input=${choose} />`;
    return html`<form class="ask" @submit=${go}>
      <label class="inline-field" for="preset"><span>Preset</span></label>${field}
      <button class="button" type="submit">Go</button>
      <button class="button" type="button" @click=${() => this.#store()}>Save</button>
    </form>`;
  }

  #loadPresets(): void {
    void this.#ptz.presets({ signal: this.#ending.signal }).then(
      (presets) => {
        this.#presets = presets;
        this.#preset = presets[0]?.id ?? '';
        this.draw();
      },
      () => {},
    );
  }

  #store(): void {
    if (this.#preset === '') return;
    this.#run(this.#ptz.setPreset({ id: this.#preset }).then(() => this.#loadPresets()));
  }

  #onKey(event: KeyboardEvent): void {
    const isTyping = (event.target as HTMLElement).closest('input, select') !== null;
    const velocity = KEYS[event.key];
    if (velocity === undefined || isTyping) return;
    event.preventDefault();
    if (!event.repeat) this.#hold(velocity);
  }

  #hold(velocity: PtzVelocity): void {
    if (this.#held !== undefined) {
      this.#held.change(velocity);
      return;
    }
    this.#show(undefined);
    this.#held = this.#ptz.hold(velocity, (error) => this.#show(error));
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) held.release().catch((error: unknown) => this.#show(error));
  }

  #run(command: Promise<unknown>): void {
    this.#show(undefined);
    command.catch((error: unknown) => this.#show(error));
  }

  #show(error: unknown): void {
    this.#error = error instanceof GatewayError ? error : undefined;
    this.draw();
  }
}
