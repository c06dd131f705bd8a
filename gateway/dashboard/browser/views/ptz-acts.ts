/** What a camera does by itself: centres on something, follows it, tours its presets. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { PtzTask } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { Ptz } from '#shared/client/ptz.ts';
import { textField } from './form-parts.ts';
import { problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const POLL_MS = 1500;

/** What a task is, for people. @param now Unix milliseconds */
export function taskText({ kind, state, phase, reason, startsAt }: PtzTask, now: number): string {
  const name = { centre: 'Centring', follow: 'Following', tour: 'Tour', preset: 'Going to a preset' }[kind];
  if (state === 'announced') {
    const seconds = Math.max(0, Math.ceil((Date.parse(startsAt) - now) / 1000));
    return `${name} starts in ${seconds} s`;
  }
  if (state === 'running') {
    if (phase === 'searching') return 'Searching for what was lost';
    return phase === null || phase === 'following' ? name : `${name}: ${phase}`;
  }
  const ends: Record<string, string> = {
    lost: 'lost from sight',
    operator: 'ended by a command',
    replaced: 'replaced by another command',
    'time-over': 'time is over',
    'gateway-gone': 'ended with its gateway',
  };
  const end = ends[reason ?? ''] ?? (state === 'failed' ? `failed (${reason})` : 'done');
  return `${name}: ${end}`;
}

/** `<ptz-acts>`; shown for cameras with `ptz`. */
export class PtzActs extends ViewElement {
  #cameraId = '';
  #task: PtzTask | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #object = 'person';
  #presets = '';
  #question = '';
  #isBusy = false;
  #message = '';
  #error: GatewayError | undefined;

  set cameraId(id: string) {
    if (id === this.#cameraId) return;
    this.#cameraId = id;
    this.#task = undefined;
    if (this.isConnected) this.#poll();
  }

  protected override entered(): void {
    this.#poll();
    this.#timer = setInterval(() => {
      if (!document.hidden) this.#poll();
    }, POLL_MS);
  }

  protected override left(): void {
    clearInterval(this.#timer);
  }

  get #ptz(): Ptz {
    return this.app.client.cameras.ptz(this.#cameraId);
  }

  get #isActive(): boolean {
    return this.#task?.state === 'announced' || this.#task?.state === 'running';
  }

  protected view(): TemplateResult {
    return html`<section class="card" aria-label="Move by itself">
      <div class="card-head"><h2>By itself</h2></div>
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      <p role="status">${this.#message}${this.#message === '' && this.#task ? taskText(this.#task, Date.now()) : nothing}
        ${this.#isActive ? html`<button class="button" type="button" @click=${() => this.#cancel()}>Cancel</button>` : nothing}</p>
      ${this.#objectForm()} ${this.#tourForm()} ${this.#report()}
    </section>`;
  }

  #objectForm(): TemplateResult {
    const onInput = (object: string): void => this.#enter(() => (this.#object = object));
    return html`<form class="act-form" @submit=${(event: Event) => this.#submit(event, () => this.#follow())}>
      ${textField({ name: 'ptz-object', label: 'Object', value: this.#object, required: true, onInput })}
      <div class="form-buttons">
        <button class="button" type="submit">Follow</button>
        <button class="button" type="button" ?disabled=${this.#isBusy} @click=${() => this.#centre()}>Centre</button>
      </div>
    </form>`;
  }

  #tourForm(): TemplateResult {
    const presets = { name: 'ptz-tour', label: 'Tour of presets', placeholder: '1, 2, 3', required: true };
    const onPresets = (value: string): void => this.#enter(() => (this.#presets = value));
    const question = { name: 'ptz-question', label: 'Question at each', placeholder: 'Is anyone there?' };
    const onQuestion = (value: string): void => this.#enter(() => (this.#question = value));
    return html`<form class="act-form" @submit=${(event: Event) => this.#submit(event, () => this.#tour())}>
      ${textField({ ...presets, value: this.#presets, onInput: onPresets })}
      ${textField({ ...question, value: this.#question, onInput: onQuestion })}
      <div class="form-buttons"><button class="button" type="submit">Start tour</button></div>
    </form>`;
  }

  #enter(apply: () => void): void {
    apply();
    this.draw();
  }

  #report(): TemplateResult | typeof nothing {
    const stops = this.#task?.stops ?? [];
    if (stops.length === 0) return nothing;
    return html`<ol class="ptz-report">${stops.map(
      ({ preset, answer, error }) =>
        html`<li><strong>Preset ${preset}</strong> ${error ?? answer ?? 'visited'}</li>`,
    )}</ol>`;
  }

  #submit(event: Event, run: () => Promise<unknown>): void {
    event.preventDefault();
    this.#run(run());
  }

  async #follow(): Promise<void> {
    this.#task = await this.#ptz.follow({ object: this.#object });
  }

  async #tour(): Promise<void> {
    const presets = this.#presets.split(/[\s,;]+/).filter((preset) => preset !== '');
    const question = this.#question.trim();
    this.#task = await this.#ptz.tour({ presets, ...(question !== '' && { question }) });
  }

  #centre(): void {
    this.#isBusy = true;
    this.#message = `Looking for: ${this.#object}`;
    const done = this.#ptz.centre({ object: this.#object }).then(
      ({ centred, moves }) => {
        const many = moves === 1 ? '1 move' : `${moves} moves`;
        this.#message = centred ? `In the middle after ${many}` : `Not quite in the middle after ${many}`;
      },
      (error: unknown) => {
        this.#message = '';
        throw error;
      },
    );
    this.#run(done.finally(() => (this.#isBusy = false)));
  }

  #cancel(): void {
    this.#run(this.#ptz.cancelTask().then(() => this.#poll()));
  }

  #poll(): void {
    const before = JSON.stringify(this.#task);
    void this.#ptz.task().then(
      (task) => {
        if (task !== undefined && this.#isActive) this.#message = '';
        this.#task = task;
        if (this.#isActive || JSON.stringify(task) !== before) this.draw();
      },
      () => {},
    );
  }

  #run(command: Promise<unknown>): void {
    this.#error = undefined;
    command
      .catch((error: unknown) => {
        this.#error = error instanceof GatewayError ? error : undefined;
      })
      .finally(() => this.draw());
    this.draw();
  }
}
