/** Answers that were given, newest first, with a search. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { ReasonAnswer } from '#shared/client/reason.ts';
import { mayAsk } from '../reasoning-state.ts';
import { keptCard, nameOf } from './answer-card.ts';
import { problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const PAGE = 20;
/** Between the last key and the search. */
const TYPING_MS = 250;

/** `<answer-history>` of one camera or of all. */
export class AnswerHistory extends ViewElement {
  /** Most answers at first. */
  limit = PAGE;
  /** Whether there is a search. */
  hasSearch = false;
  #cameraId = '';
  #q = '';
  #answers: ReasonAnswer[] = [];
  #cursor: string | null = null;
  #isLoaded = false;
  #error: GatewayError | undefined;
  #ending = new AbortController();
  #typing: ReturnType<typeof setTimeout> | undefined;

  set cameraId(id: string) {
    const isOther = id !== this.#cameraId;
    this.#cameraId = id;
    if (isOther && this.isConnected) this.reload();
  }

  protected override entered(): void {
    this.reload();
  }

  protected override left(): void {
    clearTimeout(this.#typing);
    this.#ending.abort();
  }

  /** Reads the newest answers again. */
  reload(): void {
    this.#ending.abort();
    this.#ending = new AbortController();
    void this.#load(undefined);
  }

  protected view(): TemplateResult {
    const isEmpty = this.#isLoaded && this.#answers.length === 0;
    if (isEmpty && !this.hasSearch && this.#error === undefined) return html``;
    return html`<section class="history" aria-label="Earlier answers">
      <div class="card-head"><h2>${this.#title()}</h2>${this.hasSearch ? this.#search() : nothing}</div>
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${isEmpty ? html`<p class="muted">${this.#q === '' ? 'Nothing was asked yet. Answers are kept here for 30 days.' : 'No answer has these words.'}</p>` : nothing}
      <div class="kept-cards">
        ${repeat(
          this.#answers,
          ({ id }) => id,
          (answer) =>
            keptCard(this.app, answer, mayAsk(this.app) ? { forget: () => void this.#forget(answer) } : {}),
        )}
      </div>
      ${this.#cursor === null || !this.hasSearch ? nothing : html`<button class="button" type="button" @click=${() => void this.#load(this.#cursor ?? undefined)}>Show more</button>`}
    </section>`;
  }

  #title(): string {
    return this.#cameraId === '' || !this.hasSearch
      ? 'Earlier answers'
      : `Earlier answers of ${nameOf(this.app, this.#cameraId)}`;
  }

  #search(): TemplateResult {
    const type = (event: Event): void => {
      this.#q = (event.target as HTMLInputElement).value.trim();
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.reload(), TYPING_MS);
    };
    return html`<label class="history-search"><span class="visually-hidden">Search answers</span>
      <input type="search" name="q" placeholder="Search questions and answers" autocomplete="off" @input=${type} /></label>`;
  }

  async #load(cursor: string | undefined): Promise<void> {
    const { signal } = this.#ending;
    const filter = {
      limit: this.limit,
      ...(this.#cameraId === '' ? {} : { cameraId: this.#cameraId }),
      ...(this.#q === '' ? {} : { q: this.#q }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    try {
      const page = await this.app.client.reason.history(filter, { signal });
      this.#answers = cursor === undefined ? page.answers : [...this.#answers, ...page.answers];
      this.#cursor = page.nextCursor;
      this.#error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.#isLoaded = true;
    this.draw();
  }

  async #forget({ id }: ReasonAnswer): Promise<void> {
    try {
      await this.app.client.reason.forget(id);
      this.#answers = this.#answers.filter((answer) => answer.id !== id);
      this.app.announce('Deleted');
    } catch (error) {
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.draw();
  }
}
