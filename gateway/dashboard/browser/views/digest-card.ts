/** What happened in an hour or a day: counts, a timeline, three pictures, and words of the provider when asked for. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { Digest } from '#shared/client/reason.ts';
import { dayOf } from '../day.ts';
import { type DigestPeriod, digestBars, digestRange, eventOfPicture } from '../digest-model.ts';
import { clock, count } from '../format.ts';
import { canAskProvider, mayAsk } from '../reasoning-state.ts';
import { hrefOf } from '../router.ts';
import { problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const PERIODS = [
  ['hour', 'Last hour'],
  ['today', 'Today'],
] as const;

/** `<digest-card>`: folded until it is opened, which loads it. */
export class DigestCard extends ViewElement {
  #period: DigestPeriod = 'today';
  #digest: Digest | undefined;
  #error: GatewayError | undefined;
  #isOpen = false;
  #isWriting = false;
  #ending = new AbortController();

  protected override left(): void {
    this.#ending.abort();
  }

  protected view(): TemplateResult {
    const toggle = (event: Event): void => {
      this.#isOpen = (event.target as HTMLDetailsElement).open;
      if (this.#isOpen) this.#choose(this.#period);
    };
    return html`<details class="card details digest" @toggle=${toggle}>
      <summary><h2>Summary</h2></summary>
      ${this.#isOpen ? html`<div class="digest-body">${this.#content()}</div>` : nothing}
    </details>`;
  }

  #content(): TemplateResult {
    const isDay = !PERIODS.some(([period]) => period === this.#period);
    const chooseDay = (event: Event): void => {
      const { value } = event.target as HTMLInputElement;
      if (value !== '') this.#choose(value);
    };
    return html`<div class="event-filters">
        <div class="chips" role="group" aria-label="Time">${PERIODS.map(
          ([period, name]) =>
            html`<button class="chip" type="button" aria-pressed=${this.#period === period} @click=${() => this.#choose(period)}>${name}</button>`,
        )}</div>
        <input type="date" aria-label="Day of the summary" max=${dayOf(this.app.now)}
          .value=${isDay ? this.#period : ''} @change=${chooseDay} />
      </div>
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${this.#digest === undefined ? this.#waiting() : this.#facts(this.#digest)}`;
  }

  #waiting(): TemplateResult | typeof nothing {
    return this.#error === undefined ? html`<p class="muted" role="status">Loading…</p>` : nothing;
  }

  #facts(digest: Digest): TemplateResult {
    if (digest.events === 0 && digest.answers === 0)
      return html`<p class="muted">Nothing happened, and nothing was asked.</p>`;
    return html`<p class="digest-counts"><strong>${count(digest.events, 'event')}${digest.isComplete ? '' : ' or more'}</strong>
        ${Object.entries(digest.byKind).map(([kind, number]) => html`<span class="digest-count" data-kind=${kind}>${number} ${kind}</span>`)}
        ${digest.answers === 0 ? nothing : html`<span class="digest-count">${count(digest.answers, 'answer')}</span>`}</p>
      ${this.#bars(digest)}
      <p class="muted">${Object.entries(digest.byCamera)
        .map(([id, number]) => `${this.#nameOf(id)} ${number}`)
        .join(' · ')}</p>
      ${this.#pictures(digest)}
      ${this.#words(digest)}`;
  }

  #bars(digest: Digest): TemplateResult | typeof nothing {
    if (digest.events === 0) return nothing;
    const bars = digestBars(digest);
    const most = Math.max(...bars.map(({ events }) => events));
    const peak = bars.find(({ events }) => events === most);
    const label = `Events over time; most at ${clock(peak?.at ?? digest.from, this.app.now)}: ${most}`;
    return html`<figure class="digest-time" role="img" aria-label=${label}>
        <div class="digest-bars">
          ${bars.map(({ at, events }) => html`<i title="${clock(at, this.app.now)}: ${count(events, 'event')}" .style=${`height: ${(100 * events) / most}%`}></i>`)}
        </div>
        <p class="digest-ends muted"><span>${clock(digest.from, this.app.now)}</span><span>${clock(digest.to, this.app.now)}</span></p>
      </figure>`;
  }

  #pictures({ pictures }: Digest): TemplateResult | typeof nothing {
    if (pictures.length === 0) return nothing;
    return html`<ul class="digest-pictures">${pictures.map(
      ({ cameraId, at, label, url }) => html`<li>
        <a class="digest-picture" href="${hrefOf('events')}?event=${encodeURIComponent(eventOfPicture(url))}">
          <img src=${url.replace(/^\//, '')} alt="" loading="lazy" />
          <span>${this.#nameOf(cameraId)}: ${label}</span> <span class="muted">${clock(at, this.app.now)}</span>
        </a></li>`,
    )}</ul>`;
  }

  /** Words cost a question: they are written when the user wants them. */
  #words({ text, provider }: Digest): TemplateResult | typeof nothing {
    if (text !== null)
      return html`<p class="digest-text">${text}</p><p class="muted">Written by ${provider}</p>`;
    if (!canAskProvider(this.app.state.gateway.services) || !mayAsk(this.app)) return nothing;
    const write = (): void => void this.#load(true);
    return html`<p><button class="button" type="button" ?disabled=${this.#isWriting} @click=${write}>${this.#isWriting ? 'Writing…' : 'Sum up in words'}</button></p>`;
  }

  #nameOf(id: string): string {
    return this.app.state.gateway.cameras.get(id)?.name ?? `Camera ${id}`;
  }

  #choose(period: DigestPeriod): void {
    this.#period = period;
    this.#digest = undefined;
    void this.#load(false);
  }

  async #load(hasWords: boolean): Promise<void> {
    this.#ending.abort();
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    this.#isWriting = hasWords;
    this.#error = undefined;
    this.draw();
    try {
      const range = hasWords && this.#digest !== undefined ? this.#digest : this.#range();
      this.#digest = await this.app.client.reason.digest({ ...range, text: hasWords }, { signal });
      if (hasWords && this.#digest.text === null) this.app.announce('The provider gave no summary');
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.#isWriting = false;
    this.draw();
  }

  #range(): { from: string; to: string } {
    const { from, to } = digestRange(this.#period, this.app.now);
    return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  }
}
