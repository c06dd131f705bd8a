/** Sets up and tests one provider of answers. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { ProviderDraft, ProviderTestAnswer, ReasonSettings } from '#shared/client/reason.ts';
import type { App } from '../app-state.ts';
import { textField } from './form-parts.ts';
import { icon } from './icons.ts';
import { problem } from './page-parts.ts';

export type ProviderId = 'moondream' | 'vlm';

/** Servers whose address is known. */
interface Preset {
  name: string;
  url: string;
  model: string;
  wantsKey: boolean;
}

const PRESETS: Record<ProviderId, readonly Preset[]> = {
  moondream: [
    { name: 'Moondream cloud', url: '', model: '', wantsKey: true },
    { name: 'Moondream Station', url: 'http://localhost:2020/v1', model: '', wantsKey: false },
  ],
  vlm: [
    { name: 'Ollama', url: 'http://localhost:11434/v1', model: 'qwen3-vl', wantsKey: false },
    { name: 'LM Studio', url: 'http://localhost:1234/v1', model: '', wantsKey: false },
    { name: 'vLLM', url: 'http://localhost:8000/v1', model: '', wantsKey: false },
    { name: 'OpenAI', url: 'https://api.openai.com/v1', model: 'gpt-5-mini', wantsKey: true },
    {
      name: 'Gemini',
      url: 'https://generativelanguage.googleapis.com/v1beta/openai',
      model: 'gemini-2.5-flash',
      wantsKey: true,
    },
  ],
};
const TITLES: Record<ProviderId, string> = { moondream: 'Moondream', vlm: 'Model server' };
const ABOUT: Record<ProviderId, string> = {
  moondream: 'Finds, points and counts precisely; answers questions about one picture.',
  vlm: "Any server with OpenAI's API and a model that takes pictures: long answers, several pictures in one question.",
};

/** One form; lives as long as its page. */
export class ProviderForm {
  readonly #app: App;
  readonly #id: ProviderId;
  readonly #onChange: () => void;
  readonly #onSaved: (settings: ReasonSettings) => void;
  #url = '';
  #key = '';
  #model = '';
  #hasKey = false;
  #busy: 'test' | 'save' | undefined;
  #tested: ProviderTestAnswer | undefined;
  #isSaved = false;
  #error: GatewayError | undefined;

  constructor(app: App, id: ProviderId, onChange: () => void, onSaved: (settings: ReasonSettings) => void) {
    this.#app = app;
    this.#id = id;
    this.#onChange = onChange;
    this.#onSaved = onSaved;
  }

  /** Shows what is set. */
  fill({ url, model, hasKey }: ReasonSettings[ProviderId]): void {
    this.#url = url ?? '';
    this.#model = model ?? '';
    this.#hasKey = hasKey;
    this.#key = '';
  }

  /** @param state of the provider as the gateway tells it */
  view(settings: ReasonSettings[ProviderId], state: TemplateResult): TemplateResult {
    const isFixed = settings.source === 'environment';
    return html`<section class="card form provider-form" aria-label=${TITLES[this.#id]}>
      <div class="card-head"><h2>${TITLES[this.#id]}</h2>${state}</div>
      <p class="muted">${ABOUT[this.#id]}</p>
      ${isFixed ? this.#fixed(settings) : this.#fields(settings)}
      ${this.#outcome()}
    </section>`;
  }

  #fixed({ url, model, hasKey }: ReasonSettings[ProviderId]): TemplateResult {
    const rows = [
      ['Address', url ?? 'the cloud'],
      ['Model', model ?? 'the default one'],
      ['Key', hasKey ? 'set' : 'none'],
    ];
    return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <p class="muted">Set by the environment of the gateway, which wins. Change it there and restart.</p>
      <div class="form-buttons">${this.#testButton()}</div>`;
  }

  #fields(settings: ReasonSettings[ProviderId]): TemplateResult {
    const field = (name: string, set: (value: string) => void) => ({
      name: `${this.#id}-${name}`,
      onInput: (value: string) => {
        set(value.trim());
        this.#tested = undefined;
        this.#isSaved = false;
      },
      error: this.#error?.field?.endsWith(name) === true ? this.#error.message : undefined,
    });
    return html`<form @submit=${(event: Event) => void this.#save(event)}>
      <div class="suggestions" role="group" aria-label="Known servers">
        ${PRESETS[this.#id].map((preset) => html`<button class="suggestion" type="button" @click=${() => this.#use(preset)}>${preset.name}</button>`)}
      </div>
      <div class="fields">
        ${textField({
          ...field('url', (value) => {
            this.#url = value;
          }),
          label: 'Address',
          value: this.#url,
          type: 'url',
          inputMode: 'url',
          placeholder: this.#id === 'vlm' ? 'https://api.openai.com/v1' : 'https://api.moondream.ai/v1',
          hint: 'Up to /v1. Leave empty for the cloud.',
        })}
        ${textField({
          ...field('model', (value) => {
            this.#model = value;
          }),
          label: 'Model',
          value: this.#model,
          required: this.#id === 'vlm',
          placeholder: this.#id === 'vlm' ? 'qwen3-vl' : 'Default',
          hint: this.#id === 'vlm' ? 'One that takes pictures.' : undefined,
        })}
        ${textField({
          ...field('key', (value) => {
            this.#key = value;
          }),
          label: 'Key',
          value: this.#key,
          type: 'password',
          autocomplete: 'new-password',
          hint: this.#hasKey
            ? 'Leave empty to keep the saved key.'
            : 'Local servers need none. Stored encrypted.',
        })}
      </div>
      ${this.#models()}
      <div class="form-buttons">
        <button class="button primary" ?disabled=${this.#busy !== undefined}>${this.#busy === 'save' ? 'Saving…' : 'Save'}</button>
        ${this.#testButton()}
        ${settings.source === 'page' ? html`<button class="button" type="button" ?disabled=${this.#busy !== undefined} @click=${() => void this.#remove()}>${icon('remove')}Remove</button>` : nothing}
      </div>
    </form>`;
  }

  #testButton(): TemplateResult {
    return html`<button class="button" type="button" ?disabled=${this.#busy !== undefined} @click=${() => void this.#test()}>
      ${this.#busy === 'test' ? 'Testing…' : 'Test'}
    </button>`;
  }

  #models(): TemplateResult | typeof nothing {
    const models = this.#tested?.models ?? [];
    if (models.length === 0) return nothing;
    const use = (model: string): void => {
      this.#model = model;
      this.#onChange();
    };
    return html`<details class="more"><summary>Models of this server (${models.length})</summary>
      <div class="suggestions">${models.map((model) => html`<button class="suggestion" type="button" @click=${() => use(model)}>${model}</button>`)}</div>
    </details>`;
  }

  #outcome(): TemplateResult | typeof nothing {
    if (this.#error !== undefined) return problem(this.#error.message, this.#error.hint);
    if (this.#tested !== undefined) {
      const seconds = (this.#tested.latencyMs / 1000).toFixed(1);
      return html`<p class="success" role="status">It works. Asked for the colour of a red picture, it said “${this.#tested.answer.slice(0, 80)}” after ${seconds} s.</p>`;
    }
    return this.#isSaved ? html`<p class="success" role="status">Saved. Ask is ready.</p>` : nothing;
  }

  #use({ url, model, wantsKey }: Preset): void {
    this.#url = url;
    if (model !== '') this.#model = model;
    this.#tested = undefined;
    this.#error = undefined;
    this.#onChange();
    if (wantsKey) document.getElementById(`${this.#id}-key`)?.focus();
  }

  #draft(): ProviderDraft {
    return {
      ...(this.#url === '' ? {} : { url: this.#url }),
      ...(this.#key === '' ? {} : { key: this.#key }),
      ...(this.#model === '' ? {} : { model: this.#model }),
    };
  }

  async #test(): Promise<void> {
    await this.#during('test', async () => {
      this.#tested = await this.#app.client.reason.test({ provider: this.#id, ...this.#draft() });
    });
  }

  async #save(event: Event): Promise<void> {
    event.preventDefault();
    await this.#during('save', async () => {
      this.#onSaved(await this.#app.client.reason.changeSettings({ [this.#id]: this.#draft() }));
      this.#isSaved = true;
    });
  }

  async #remove(): Promise<void> {
    await this.#during('save', async () => {
      this.#onSaved(await this.#app.client.reason.changeSettings({ [this.#id]: null }));
    });
  }

  async #during(what: 'test' | 'save', work: () => Promise<void>): Promise<void> {
    this.#busy = what;
    this.#error = undefined;
    this.#tested = undefined;
    this.#isSaved = false;
    this.#onChange();
    try {
      await work();
    } catch (error) {
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.#busy = undefined;
    this.#onChange();
  }
}
