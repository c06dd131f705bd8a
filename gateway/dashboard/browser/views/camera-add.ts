/** Adds a camera in two steps: find its streams by address and password, choose one with its picture. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AnalysisSwitches, ProbeAnswer, ProbedStream, ProbeStep } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import {
  foundCameraOf,
  nameOf,
  type ProbeFields,
  probeRequestOf,
  STEP_WORDS,
  stepState,
  streamWarning,
  streamWords,
  subOf,
} from '../found-camera.ts';
import { hrefOf } from '../router.ts';
import { AgentChoice } from './camera-place.ts';
import { switchField, textField } from './form-parts.ts';
import { icon } from './icons.ts';
import { NetworkSearch } from './network-search.ts';
import { pageHead, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

/** Which field a failed step speaks of. */
const FIELD_OF_STEP: Partial<Record<ProbeStep['step'], keyof ProbeFields>> = {
  reachable: 'address',
  rtsp: 'address',
  password: 'password',
};

/** `<camera-add>`. */
export class CameraAdd extends ViewElement {
  #fields: ProbeFields = { address: '', username: '', password: '', agent: '' };
  #steps: ProbeStep[] = [];
  #streams: ProbedStream[] = [];
  #answer: ProbeAnswer | undefined;
  #chosen: ProbedStream | undefined;
  #isPasswordShown = false;
  #usesSub = true;
  #name = '';
  #analysis: AnalysisSwitches = { motion: false, persons: false, faces: false };
  #work: 'none' | 'finding' | 'saving' = 'none';
  #error: GatewayError | undefined;
  #search: AbortController | undefined;

  protected override left(): void {
    this.#search?.abort();
  }

  protected view(): TemplateResult {
    const isChoice = this.#answer !== undefined && this.#answer.streams.length > 0;
    return html`
      <a class="back-link" href=${hrefOf('cameras')}>${icon('back')}All cameras</a>
      ${pageHead('Add camera')}
      ${isChoice ? this.#choice(this.#answer as ProbeAnswer) : this.#start()}
    `;
  }

  #start(): TemplateResult {
    const isFinding = this.#work === 'finding';
    return html`
      <form class="card form" novalidate @submit=${(event: Event) => void this.#find(event)}>
        ${this.#text('address', 'Address', {
          placeholder: '192.168.1.20, or a stream URL',
          required: true,
          inputMode: 'url',
        })}
        <agent-choice .app=${this.app} .error=${this.#faultAt('agent')} .onChoice=${(agent: string) => this.#enter('agent', agent)} .value=${this.#fields.agent}></agent-choice>
        <div class="fields two">
          ${this.#text('username', 'User', { placeholder: 'admin' })}
          ${this.#text('password', 'Password', { type: this.#isPasswordShown ? 'text' : 'password', autocomplete: 'new-password' })}
        </div>
        ${switchField('Show the password', this.#isPasswordShown, (isOn) => this.#change(() => (this.#isPasswordShown = isOn)))}
        ${isFinding || this.#steps.length > 0 ? this.#checklist() : nothing}
        ${this.#error === undefined || this.#error.field !== undefined ? nothing : problem(this.#error.message, this.#error.hint)}
        <div class="form-buttons">
          <button class="button primary" ?disabled=${isFinding}>${isFinding ? 'Finding…' : 'Find stream'}</button>
          ${isFinding ? html`<button class="button" type="button" @click=${() => this.#cancel()}>Cancel</button>` : nothing}
          <a class="button quiet" href=${hrefOf('addByHand')}>Enter the path by hand</a>
          <a class="button quiet" href=${hrefOf('upload')}>Upload a video</a>
        </div>
      </form>
      <network-search .app=${this.app} .agent=${this.#fields.agent} .drawnAt=${Date.now()} .onChoose=${(address: string) => this.#use(address)}></network-search>
    `;
  }

  #checklist(): TemplateResult {
    return html`<ol class="checklist" aria-live="polite">${STEP_WORDS.map(([name, words]) => {
      const step = this.#steps.find((known) => known.step === name);
      return html`<li data-state=${this.#work === 'none' && step === undefined ? 'waiting' : stepState(name, this.#steps)}>
        <strong>${words}</strong>
        ${step?.ok === false ? html`<p>${step.detail}. ${step.hint ?? ''}</p>` : nothing}
      </li>`;
    })}
    ${this.#streams.map((stream) => html`<li data-state="done">${streamWords(stream)}</li>`)}
    </ol>`;
  }

  #choice({ streams, vendor, model }: ProbeAnswer): TemplateResult {
    const chosen = this.#chosen as ProbedStream;
    const sub = subOf(streams, chosen);
    const isSaving = this.#work === 'saving';
    return html`<form class="card form" novalidate @submit=${(event: Event) => void this.#save(event)}>
      <fieldset class="group"><legend>${nameOf({ vendor: vendor ?? '', model: model ?? '' }) || 'Camera'}: choose a stream</legend>
        <div class="found-streams">${streams.map((stream) => this.#streamCard(stream))}</div>
      </fieldset>
      ${
        sub === undefined
          ? nothing
          : switchField(
              'Use the smaller stream for small pictures',
              this.#usesSub,
              (isOn) => this.#change(() => (this.#usesSub = isOn)),
              `${streamWords(sub)}: the wall of cameras and detection take it; the large view takes the chosen one.`,
            )
      }
      ${textField({
        name: 'name',
        label: 'Name',
        value: this.#name,
        placeholder: 'Front door',
        onInput: (name) => this.#change(() => (this.#name = name)),
      })}
      <fieldset class="group"><legend>Detect</legend><div class="switches">
        ${this.#detect('motion', 'Motion')}${this.#detect('persons', 'People')}${this.#detect('faces', 'Faces')}
      </div></fieldset>
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      <div class="form-buttons">
        <button class="button primary" ?disabled=${isSaving}>${isSaving ? 'Adding…' : 'Add camera'}</button>
        <button class="button" type="button" ?disabled=${isSaving} @click=${() => this.#back()}>Back</button>
      </div>
    </form>`;
  }

  #streamCard(stream: ProbedStream): TemplateResult {
    const warning = streamWarning(stream);
    return html`<label class="found-stream">
      <input type="radio" name="stream" .checked=${stream === this.#chosen}
        @change=${() => this.#change(() => (this.#chosen = stream))} />
      ${stream.previewUrl === null ? html`<span class="found-picture"></span>` : html`<img class="found-picture" alt="" src="${this.app.base}${stream.previewUrl}" />`}
      <span class="found-words"><strong>${stream.role === 'main' ? 'Main stream' : 'Sub stream'}</strong>
        <span>${streamWords(stream)}</span>
        ${warning === undefined ? nothing : html`<span class="field-hint">${warning}</span>`}
      </span>
    </label>`;
  }

  #text(
    name: keyof ProbeFields,
    label: string,
    options: Partial<Parameters<typeof textField>[0]> = {},
  ): TemplateResult {
    return textField({
      ...options,
      name,
      label,
      value: this.#fields[name],
      onInput: (value) => this.#enter(name, value),
      error: this.#faultAt(name),
    });
  }

  #enter(name: keyof ProbeFields, value: string): void {
    this.#change(() => {
      this.#fields = { ...this.#fields, [name]: value };
      this.#error = undefined;
    });
  }

  #faultAt(name: keyof ProbeFields): string | undefined {
    const { field, message, hint } = this.#error ?? {};
    const shown = field === 'url' || field === 'ip' || field === 'port' ? 'address' : field;
    return shown === name ? `${message}${hint === undefined ? '' : `. ${hint}`}` : undefined;
  }

  #detect(kind: 'motion' | 'persons' | 'faces', label: string): TemplateResult {
    const change = (isOn: boolean): void =>
      this.#change(() => {
        this.#analysis = { ...this.#analysis, [kind]: isOn };
      });
    return switchField(label, this.#analysis[kind], change);
  }

  #change(apply: () => void): void {
    apply();
    this.draw();
  }

  /** A camera that the network search found. */
  #use(address: string): void {
    this.#change(() => {
      this.#fields = { ...this.#fields, address };
      this.#steps = [];
      this.#error = undefined;
    });
    this.querySelector<HTMLElement>('#username')?.focus();
  }

  #cancel(): void {
    this.#search?.abort();
  }

  #back(): void {
    this.#change(() => {
      this.#answer = undefined;
      this.#error = undefined;
    });
  }

  async #find(event: Event): Promise<void> {
    event.preventDefault();
    if (this.#work !== 'none') return;
    if (this.#fields.address.trim() === '') return this.#missing();
    const search = new AbortController();
    this.#search = search;
    this.#begin('finding');
    try {
      const answer = await this.app.client.cameras.probe(probeRequestOf(this.#fields), {
        signal: search.signal,
        onStep: (step) => this.#change(() => this.#steps.push(step)),
        onStream: (stream) => this.#change(() => this.#streams.push(stream)),
      });
      this.#take(answer);
    } catch (error) {
      if (!search.signal.aborted) this.#error = toGatewayError(error);
      else this.#steps = [];
    }
    this.#end();
  }

  #take(answer: ProbeAnswer): void {
    this.#answer = answer;
    this.#chosen = answer.streams[0];
    if (this.#name === '') this.#name = nameOf({ vendor: answer.vendor ?? '', model: answer.model ?? '' });
    if (answer.streams.length > 0) this.app.announce('Streams found');
  }

  async #save(event: Event): Promise<void> {
    event.preventDefault();
    const [answer, stream] = [this.#answer, this.#chosen];
    if (this.#work !== 'none' || answer === undefined || stream === undefined) return;
    this.#begin('saving');
    const sub = this.#usesSub ? subOf(answer.streams, stream) : undefined;
    const choice = { stream, sub, name: this.#name, analysis: this.#analysis };
    try {
      const { id, name } = await this.app.client.cameras.create(foundCameraOf(this.#fields, answer, choice));
      this.app.announce(`${name} was added`);
      location.hash = hrefOf('camera', id);
    } catch (error) {
      this.#error = toGatewayError(error);
    }
    this.#end();
  }

  #missing(): void {
    const message = 'Enter the address of the camera';
    this.#change(() => {
      this.#error = new GatewayError({ code: 'missing-field', field: 'url', message });
    });
    this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  #begin(work: 'finding' | 'saving'): void {
    this.#work = work;
    this.#error = undefined;
    if (work === 'finding') {
      this.#steps = [];
      this.#streams = [];
    }
    this.draw();
  }

  #end(): void {
    this.#work = 'none';
    this.draw();
    const failed = this.#steps.find(({ ok }) => !ok);
    const field = failed && FIELD_OF_STEP[failed.step];
    const selector = field === undefined ? '[aria-invalid="true"]' : `#${field}`;
    this.querySelector<HTMLElement>(selector)?.focus();
  }
}

function toGatewayError(error: unknown): GatewayError {
  return error instanceof GatewayError
    ? error
    : new GatewayError({ code: 'unexpected', message: String(error) });
}

export const ELEMENTS = {
  'agent-choice': AgentChoice,
  'camera-add': CameraAdd,
  'network-search': NetworkSearch,
};
