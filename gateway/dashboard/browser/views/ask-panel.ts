/** Asks Moondream about a camera's current picture. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { AskedFrame } from '#shared/client/moondream.ts';
import { clock } from '../format.ts';
import { problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

interface Answer {
  question: string;
  answer: string;
  frame: AskedFrame | undefined;
}

const NOT_FOUND = 404;

/** `<ask-panel>`; shown only if Moondream is configured. */
export class AskPanel extends ViewElement {
  #cameraId = '';
  #isAvailable = false;
  #question = '';
  #isAsking = false;
  #answers: Answer[] = [];
  #error: GatewayError | undefined;
  #ending = new AbortController();

  set cameraId(id: string) {
    if (id !== this.#cameraId) this.#answers = [];
    this.#cameraId = id;
  }

  protected override entered(): void {
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    void this.app.client.moondream.status({ signal }).then(
      () => this.#setAvailable(true),
      (error: unknown) => this.#setAvailable(!(error instanceof GatewayError) || error.status !== NOT_FOUND),
    );
  }

  protected override left(): void {
    this.#ending.abort();
  }

  #setAvailable(isAvailable: boolean): void {
    this.#isAvailable = isAvailable;
    this.draw();
  }

  protected view(): TemplateResult {
    if (!this.#isAvailable) return html``;
    const type = (event: Event): void => {
      this.#question = (event.target as HTMLInputElement).value;
    };
    return html`<section class="card" aria-label="Ask about this camera">
      <div class="card-head"><h2>Ask about this picture</h2></div>
      <form class="ask" @submit=${(event: Event) => void this.#ask(event)}>
        <label class="visually-hidden" for="question">Question</label>
        <input id="question" name="question" placeholder="Is the gate open?" autocomplete="off" maxlength="500" required
          .value=${this.#question} @input=${type} />
        <button class="button primary" ?disabled=${this.#isAsking}>${this.#isAsking ? 'Asking…' : 'Ask'}</button>
      </form>
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      <ol class="answers" aria-live="polite">${this.#answers.map((answer) => this.#answer(answer))}</ol>
    </section>`;
  }

  #answer({ question, answer, frame }: Answer): TemplateResult {
    return html`<li>
      ${frame?.url === undefined ? nothing : html`<img src=${pathOf(frame.url)} alt="The picture that was asked about" loading="lazy" />`}
      <div><p class="question">${question}</p><p>${answer}</p>
        ${frame === undefined ? nothing : html`<p class="muted">Picture of ${clock(frame.timestamp * 1000, this.app.now)}</p>`}
      </div>
    </li>`;
  }

  async #ask(event: Event): Promise<void> {
    event.preventDefault();
    const question = this.#question.trim();
    if (question === '' || this.#isAsking) return;
    this.#isAsking = true;
    this.#error = undefined;
    this.draw();
    try {
      const { signal } = this.#ending;
      const answer = await this.app.client.moondream.query(
        { cameraId: this.#cameraId, question },
        { signal },
      );
      this.#answers = [{ question, answer: answer.answer, frame: answer.frame }, ...this.#answers];
      this.#question = '';
    } catch (error) {
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.#isAsking = false;
    this.draw();
  }
}

/** Behind a path prefix only the end of the gateway's own address is certain. */
function pathOf(url: string): string {
  return new URL(url, document.baseURI).pathname.replace(/^.*\/(?=api\/)/, '');
}
