/** Watches: standing questions, how they are, and their last readings. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { WatchTest } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { NewWatch, StandingWatch } from '#shared/client/watches.ts';
import { ago, count } from '../format.ts';
import { hrefOf } from '../router.ts';
import { bodyOf, draftOf } from '../watch-draft.ts';
import { questionText, ruleText, stateText } from '../watch-words.ts';
import { nameOf } from './answer-card.ts';
import { icon } from './icons.ts';
import { emptyState, pageHead, pill, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';
import { watchTest } from './watch-test.ts';

const REFRESH_MS = 5000;

/** `<watches-page>`. */
export class WatchesPage extends ViewElement {
  #watches: StandingWatch[] | undefined;
  /** Tests by the id of their watch. */
  readonly #tests = new Map<string, WatchTest | 'asking'>();
  /** Why the list could not be loaded. */
  #error: GatewayError | undefined;
  /** Why what the user did last failed; loading the list again keeps it. */
  #failure: GatewayError | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ending = new AbortController();

  protected override entered(): void {
    this.#ending = new AbortController();
    void this.#load();
    this.#timer = setInterval(() => {
      if (!document.hidden) void this.#load();
    }, REFRESH_MS);
  }

  protected override left(): void {
    clearInterval(this.#timer);
    this.#ending.abort();
  }

  protected view(): TemplateResult {
    const add = this.app.canChange
      ? html`<a class="button primary" href=${hrefOf('watchNew')}>${icon('add')}<span class="button-name">New watch</span></a>`
      : nothing;
    return html`
      ${pageHead('Watches', add, html`<p class="summary">Questions that the gateway asks again and again.</p>`)}
      ${[this.#error, this.#failure].map((error) => (error === undefined ? nothing : problem(error.message, error.hint)))}
      ${this.#list(add)}
    `;
  }

  #list(add: TemplateResult | typeof nothing): TemplateResult {
    const watches = this.#watches;
    if (watches === undefined) return html`<div class="card skeleton tall"></div>`;
    if (watches.length === 0)
      return emptyState(
        'eye',
        'No watches yet',
        'A watch asks a camera a question and tells you when the answer counts.',
        add,
      );
    return html`<ul class="watch-list">${repeat(
      watches,
      ({ id }) => id,
      (watch) => html`<li class="card">${this.#watch(watch)}</li>`,
    )}</ul>`;
  }

  #watch(watch: StandingWatch): TemplateResult {
    const tone = watch.state === 'failing' ? 'bad' : watch.state === 'paused' ? 'off' : 'good';
    const { lastError, lastFiredAt, lastAskedAt } = watch;
    const { now } = this.app;
    return html`
      ${this.#thumbnail(watch)}
      <div class="card-head"><h2>${questionText(watch)}</h2>${pill(tone, stateText(watch, now))}</div>
      <p><a href=${hrefOf('camera', watch.cameraId)}>${nameOf(this.app, watch.cameraId)}</a> · ${ruleText(watch)}</p>
      ${lastError === null ? nothing : problem(lastError.message, lastError.hint)}
      ${this.#readings(watch)}
      <p class="muted">
        ${lastAskedAt === null ? 'Not asked yet' : `Asked ${count(watch.asked, 'time')}, last ${ago(lastAskedAt, now)}`} ·
        ${lastFiredAt === null ? 'never fired' : `fired ${count(watch.fired, 'time')}, last ${ago(lastFiredAt, now)}`}
      </p>
      ${this.app.canAct ? this.#actions(watch) : nothing}
    `;
  }

  /** What a live camera sees. */
  #thumbnail({ cameraId }: StandingWatch): TemplateResult | typeof nothing {
    if (this.app.state.gateway.statuses.get(cameraId)?.connected !== true) return nothing;
    const picture = `api/cameras/${encodeURIComponent(cameraId)}/frame?width=320&maxAgeMs=any`;
    return html`<img class="watch-thumbnail" src=${picture} alt="" loading="lazy" />`;
  }

  #readings({ readings }: StandingWatch): TemplateResult | typeof nothing {
    const last = readings.at(-1);
    if (last === undefined) return nothing;
    return html`<p class="watch-answer">“${last.text}”</p>
      <ol class="readings" aria-label="Last readings, oldest first">${readings.map(
        ({ reading, text, at }) =>
          html`<li data-reading=${reading} title="${text} (${ago(at, this.app.now)})"><span class="visually-hidden">${reading}</span></li>`,
      )}</ol>`;
  }

  #actions(watch: StandingWatch): TemplateResult {
    const isPaused = watch.state === 'paused';
    const toggle = (): void =>
      void this.#attempt(() => this.app.client.watches.update(watch.id, { enabled: isPaused }));
    const test = this.#tests.get(watch.id);
    const remove = (): void => {
      if (confirm(`Delete this watch? ${questionText(watch)}`))
        void this.#attempt(() => this.app.client.watches.delete(watch.id));
    };
    return html`<div class="card-actions">
      <button class="button" type="button" @click=${toggle}>${isPaused ? 'Resume' : 'Pause'}</button>
      ${
        this.app.canChange
          ? html`<button class="button" type="button" ?disabled=${test === 'asking'} @click=${() => void this.#test(watch)}>${test === 'asking' ? 'Asking…' : 'Test once'}</button>
              <a class="button" href=${hrefOf('watchEdit', { watchId: watch.id })}>${icon('edit')}Edit</a>
              <a class="button" href="${hrefOf('watchNew')}?copy=${encodeURIComponent(watch.id)}">${icon('copy')}Duplicate</a>
              <button class="button" type="button" @click=${remove}>${icon('remove')}Delete</button>`
          : nothing
      }
    </div>
    ${test === undefined || test === 'asking' ? nothing : watchTest(test)}`;
  }

  /** Asks now, without counting the answer. */
  async #test(watch: StandingWatch): Promise<void> {
    this.#tests.set(watch.id, 'asking');
    this.draw();
    await this.#attempt(async () => {
      const body = {
        ...bodyOf(draftOf(watch)),
        area: watch.area,
        provider: watch.provider as NewWatch['provider'],
      };
      this.#tests.set(watch.id, await this.app.client.watches.test(body));
    });
    if (this.#tests.get(watch.id) === 'asking') this.#tests.delete(watch.id);
    this.draw();
  }

  async #load(): Promise<void> {
    try {
      this.#watches = await this.app.client.watches.list({ signal: this.#ending.signal });
      this.#error = undefined;
    } catch (error) {
      if (error instanceof GatewayError) this.#error = error;
    }
    this.draw();
  }

  async #attempt(work: () => Promise<unknown>): Promise<void> {
    this.#failure = undefined;
    try {
      await work();
    } catch (error) {
      this.#failure = error instanceof GatewayError ? error : undefined;
    }
    await this.#load();
  }
}

export const ELEMENTS = { 'watches-page': WatchesPage };
