/** Asks cameras: what, in which words, and the answers as they come. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { ReasonKind } from '#shared/client/reason.ts';
import { AskModel, summaryOf } from '../ask-model.ts';
import { takesSeveralPictures } from '../reasoning-state.ts';
import { askCard } from './answer-card.ts';
import { switchField } from './form-parts.ts';
import { icon } from './icons.ts';
import { ViewElement } from './view-element.ts';

const KINDS: readonly (readonly [ReasonKind, string])[] = [
  ['ask', 'Ask'],
  ['describe', 'Describe'],
  ['find', 'Find'],
  ['point', 'Point'],
  ['count', 'Count'],
];
const PLACEHOLDERS: Record<ReasonKind, string> = {
  ask: 'Is the gate open?',
  describe: '',
  find: 'person',
  point: 'door handle',
  count: 'car',
};
const BUTTONS: Record<ReasonKind, string> = {
  ask: 'Ask',
  describe: 'Describe',
  find: 'Find',
  point: 'Point',
  count: 'Count',
};
/** Needs pictures of some seconds. */
const CHANGED = 'What changed?';
const SUGGESTIONS: Partial<Record<ReasonKind, readonly string[]>> = {
  ask: [
    'Is anyone there?',
    'Is the door or gate open?',
    'Is anything unusual here?',
    'What is the weather like?',
  ],
  find: ['person', 'car', 'dog', 'parcel'],
  point: ['person', 'door handle', 'licence plate'],
  count: ['person', 'car', 'bicycle'],
};

/** `<ask-box>`; fires `asked` when answers came. */
export class AskBox extends ViewElement {
  /** The cameras that are asked. */
  cameraIds: readonly string[] = [];
  #kind: ReasonKind = 'ask';
  #words = '';
  #isOverTime = false;
  #model: AskModel | undefined;

  /** What the address of the page asks. */
  set wish({ kind, words }: { kind: string | null; words: string | null }) {
    if (this.#model !== undefined) return;
    this.#kind = KINDS.find(([name]) => name === kind)?.[0] ?? 'ask';
    this.#words = words ?? '';
  }

  protected override entered(): void {
    this.#model ??= new AskModel(this.app.client.reason, () => this.draw());
  }

  protected override left(): void {
    this.#model?.stop();
  }

  protected view(): TemplateResult {
    const cards = this.#model?.cards ?? [];
    const summary = summaryOf(cards);
    return html`<form class="ask-form" @submit=${(event: Event) => this.#submit(event)}>
        <fieldset class="segments">
          <legend class="visually-hidden">What to ask</legend>
          ${KINDS.map(([kind, name]) => this.#kindChoice(kind, name))}
        </fieldset>
        ${this.#line()}
        ${this.#span()}
        ${this.#suggestions()}
      </form>
      <div aria-live="polite">
        ${cards.length === 0 ? nothing : html`<h2 class="asked-words">${this.#askedWords()}${summary === '' ? nothing : html`<span class="chip">${summary}</span>`}</h2>`}
        <div class="answer-cards" data-count=${Math.min(cards.length, 3)}>
          ${repeat(
            cards,
            ({ key }) => key,
            (card) => askCard(this.app, card, { again: (isOld) => void this.#model?.again(card, isOld) }),
          )}
        </div>
      </div>`;
  }

  #askedWords(): string {
    const [card] = this.#model?.cards ?? [];
    if (card === undefined) return '';
    return card.kind === 'describe' ? 'Description' : card.words;
  }

  #kindChoice(kind: ReasonKind, name: string): TemplateResult {
    const choose = (): void => {
      this.#kind = kind;
      this.draw();
      this.querySelector<HTMLInputElement>('.ask input')?.focus();
    };
    return html`<label><input type="radio" name="ask-kind" value=${kind} .checked=${this.#kind === kind} @change=${choose} /><span>${name}</span></label>`;
  }

  #line(): TemplateResult {
    const kind = this.#kind;
    const isAsking = this.#model?.isAsking === true;
    const type = (event: Event): void => {
      this.#words = (event.target as HTMLInputElement).value;
    };
    const button = isAsking
      ? html`<button class="button" type="button" @click=${() => this.#stop()}>Stop</button>`
      : html`<button class="button primary" ?disabled=${this.cameraIds.length === 0}>${BUTTONS[kind]}</button>`;
    if (kind === 'describe') return html`<div class="ask">${button}</div>`;
    const label = kind === 'ask' ? 'Question' : 'Object';
    return html`<div class="ask">
      <label class="visually-hidden" for="ask-words">${label}</label>
      <input id="ask-words" name="words" placeholder=${PLACEHOLDERS[kind]} autocomplete="off" maxlength=${kind === 'ask' ? 500 : 200} required
        .value=${this.#words} @input=${type} />
      ${button}
    </div>`;
  }

  /** Offered where a provider takes several pictures in one question. */
  #span(): TemplateResult | typeof nothing {
    if (this.#kind !== 'ask' || !this.#takesSeveral) return nothing;
    const choose = (isOn: boolean): void => {
      this.#isOverTime = isOn;
      this.draw();
    };
    return switchField('About the last 10 seconds', this.#isOverTime, choose);
  }

  get #takesSeveral(): boolean {
    return takesSeveralPictures(this.app.state.gateway.services);
  }

  #suggestions(): TemplateResult | typeof nothing {
    const given = SUGGESTIONS[this.#kind];
    if (given === undefined) return nothing;
    const suggestions = this.#kind === 'ask' && this.#takesSeveral ? [...given, CHANGED] : given;
    const use = (words: string): void => {
      this.#words = words;
      this.#isOverTime = words === CHANGED;
      this.#ask();
    };
    return html`<div class="suggestions" role="group" aria-label="Suggestions">
      ${suggestions.map(
        (words) =>
          html`<button class="suggestion" type="button" ?disabled=${this.cameraIds.length === 0} @click=${() => use(words)}>${words}</button>`,
      )}
    </div>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.#ask();
  }

  #ask(): void {
    const words = this.#kind === 'describe' ? '' : this.#words.trim();
    if (this.cameraIds.length === 0 || (words === '' && this.#kind !== 'describe')) return;
    const isOverTime = this.#kind === 'ask' && this.#isOverTime && this.#takesSeveral;
    const asking = this.#model?.ask({ kind: this.#kind, words, cameraIds: this.cameraIds, isOverTime });
    void asking?.then(() => this.dispatchEvent(new CustomEvent('asked')));
  }

  #stop(): void {
    this.#model?.stop();
    this.draw();
  }
}

/** Where to set up a provider, in place of a box that could only fail. */
export function setUpCard(isAdmin: boolean): TemplateResult {
  return html`<section class="card set-up" aria-label="Set up reasoning">
    <span class="empty-icon">${icon('ask')}</span>
    <div>
      <h2>Ask your cameras in plain words</h2>
      <p>Reasoning is not set up yet. Connect one of these, and this page answers questions, finds and counts things on any camera:</p>
      <ul class="set-up-list">
        <li><strong>Moondream</strong>: a key of its cloud, or a Moondream Station on your own machine</li>
        <li><strong>A model server</strong>: Ollama, LM Studio or vLLM on your own machine, OpenAI or Gemini with a key</li>
      </ul>
      ${
        isAdmin
          ? html`<a class="button primary" href="#/settings/reasoning">Set up</a>`
          : html`<p class="muted">Ask an administrator to set it up under Settings, Reasoning.</p>`
      }
    </div>
  </section>`;
}
