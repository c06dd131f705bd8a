/** Settings of reasoning: which providers are asked, how they are, and what they cost. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { ReasonSettings, ReasonStatus } from '#shared/client/reason.ts';
import { ago } from '../format.ts';
import { pageHead, pill, problem } from './page-parts.ts';
import { ProviderForm, type ProviderId } from './provider-form.ts';
import { ViewElement } from './view-element.ts';

type Report = ReasonStatus['providers'][number];

const PREFERENCES = [
  ['', 'The one that suits best'],
  ['moondream', 'Moondream'],
  ['vlm', 'Model server'],
] as const;
const SKILLS: readonly (readonly [keyof Report['skills'], string])[] = [
  ['query', 'Ask'],
  ['caption', 'Describe'],
  ['detect', 'Find'],
  ['point', 'Point and count'],
  ['severalPictures', 'Several pictures in one question'],
  ['structured', 'Keeps to a JSON Schema'],
];
const REFRESH_MS = 10_000;

/** `<reasoning-page>`. */
export class ReasoningPage extends ViewElement {
  #forms: Record<ProviderId, ProviderForm> | undefined;
  #settings: ReasonSettings | undefined;
  #status: ReasonStatus | undefined;
  #error: GatewayError | undefined;
  #ending = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;

  protected override entered(): void {
    this.#ending = new AbortController();
    const formOf = (id: ProviderId): ProviderForm =>
      new ProviderForm(
        this.app,
        id,
        () => this.draw(),
        (settings) => this.#use(settings),
      );
    this.#forms ??= { moondream: formOf('moondream'), vlm: formOf('vlm') };
    void this.#load();
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS);
  }

  protected override left(): void {
    clearInterval(this.#timer);
    this.#ending.abort();
  }

  protected view(): TemplateResult {
    const [forms, settings] = [this.#forms, this.#settings];
    return html`${pageHead('Reasoning', nothing, html`<p class="summary">Who answers questions about your cameras.</p>`)}
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${
        forms === undefined || settings === undefined
          ? html`<div class="card skeleton tall"></div>`
          : html`<div class="provider-forms">
              ${forms.vlm.view(settings.vlm, this.#state('vlm'))}
              ${forms.moondream.view(settings.moondream, this.#state('moondream'))}
            </div>
            ${this.#preference(settings)}${this.#skills()}`
      }`;
  }

  #use(settings: ReasonSettings): void {
    this.#settings = settings;
    this.#forms?.moondream.fill(settings.moondream);
    this.#forms?.vlm.fill(settings.vlm);
    void this.#refresh();
  }

  async #load(): Promise<void> {
    await this.#attempt(async (signal) => this.#use(await this.app.client.reason.settings({ signal })));
  }

  async #refresh(): Promise<void> {
    await this.#attempt(async (signal) => {
      this.#status = await this.app.client.reason.status({ signal });
    });
  }

  async #attempt(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#ending;
    try {
      await work(signal);
      this.#error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.draw();
  }

  #state(id: ProviderId): TemplateResult {
    const report = this.#status?.providers.find(({ name }) => name === id);
    if (report === undefined) return html``;
    const { state, lastSuccessAt } = report;
    if (state === 'not-configured') return pill('off', 'Not set up');
    if (state === 'failing') return pill('bad', 'Failing');
    if (state === 'untested') return pill('busy', 'Not asked yet');
    return pill('good', lastSuccessAt === null ? 'Answers' : `Answered ${ago(lastSuccessAt, this.app.now)}`);
  }

  #preference({ preferred, isPreferenceFixed }: ReasonSettings): TemplateResult {
    const choose = (event: Event): void => {
      const value = (event.target as HTMLSelectElement).value as ProviderId | '';
      const changes = { preferred: value === '' ? null : value };
      void this.#attempt(async (signal) =>
        this.#use(await this.app.client.reason.changeSettings(changes, { signal })),
      );
    };
    return html`<section class="card form" aria-label="Preference">
      <label class="inline-field"><span>Ask first</span>
        <select ?disabled=${isPreferenceFixed} @change=${choose}>
          ${PREFERENCES.map(([value, name]) => html`<option value=${value} ?selected=${(preferred ?? '') === value}>${name}</option>`)}
        </select>
      </label>
      <p class="muted">${isPreferenceFixed ? 'Set by REASONING_PROVIDER.' : 'Detectors find best, language models talk best.'}</p>
    </section>`;
  }

  /** Numbers of today, and what each provider can do. */
  #skills(): TemplateResult | typeof nothing {
    const reports = this.#status?.providers ?? [];
    if (reports.length === 0) return nothing;
    const names = { moondream: 'Moondream', vlm: 'Model server' };
    return html`<section class="card" aria-label="What each can do">
      <div class="card-head"><h2>What each can do</h2></div>
      <div class="table-box" tabindex="0" role="region" aria-label="Skills of each provider"><table>
        <thead><tr><th scope="col">Skill</th>${reports.map(({ name }) => html`<th scope="col">${names[name]}</th>`)}</tr></thead>
        <tbody>
          ${SKILLS.map(([skill, title]) => html`<tr><th scope="row">${title}</th>${reports.map(({ skills }) => html`<td>${skillWord(skills[skill])}</td>`)}</tr>`)}
          <tr><th scope="row">Questions today</th>${reports.map(({ today }) => html`<td>${today.asked}${today.max === null ? nothing : ` of ${today.max}`}</td>`)}</tr>
        </tbody>
      </table></div>
    </section>`;
  }
}

function skillWord(skill: boolean | string): string {
  if (skill === 'detected') return 'Yes, by a detector';
  if (skill === 'estimated') return 'Estimated';
  return skill === true ? 'Yes' : 'No';
}

export const ELEMENTS = { 'reasoning-page': ReasoningPage };
