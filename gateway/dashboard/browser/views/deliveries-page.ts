/** Deliveries to the analysis backend and their results. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Delivery } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { Tone } from '../camera-words.ts';
import { ago, count, duration } from '../format.ts';
import type { ShownDeliveries } from '../status.ts';
import { icon } from './icons.ts';
import { emptyState, pageHead, pill, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const LIMIT = 100;
/** Shown characters of a response. */
const MAX_RESPONSE = 160;
const STATES: Record<string, [Tone, string]> = {
  pending: ['busy', 'Waiting'],
  delivered: ['good', 'Delivered'],
  parked: ['bad', 'Given up'],
};

/** `<deliveries-page>`; reloads when the counts in the status stream change. */
export class DeliveriesPage extends ViewElement {
  #deliveries: Delivery[] | undefined;
  #error: GatewayError | undefined;
  #seen = '';
  #retrying = new Set<string>();
  #ending = new AbortController();

  protected override entered(): void {
    this.#ending = new AbortController();
    this.#seen = this.#countsNow();
    void this.#load();
  }

  protected override left(): void {
    this.#ending.abort();
  }

  protected override updated(): void {
    const counts = this.#countsNow();
    if (counts === this.#seen) return;
    this.#seen = counts;
    void this.#load();
  }

  protected view(): TemplateResult {
    const stats = this.app.state.gateway.services.deliveries;
    return html`
      ${pageHead('Deliveries', nothing, html`<p class="summary">${summary(stats)}</p>`)}
      ${stats?.isConfigured === false ? notConfigured() : nothing}
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${this.#list()}
    `;
  }

  #list(): TemplateResult | typeof nothing {
    const deliveries = this.#deliveries;
    if (deliveries === undefined) return nothing;
    if (deliveries.length === 0) {
      return emptyState(
        'deliveries',
        'No deliveries yet',
        'Each stored camera stream is sent to the analysis backend and listed here.',
      );
    }
    return html`<ul class="rows">${repeat(
      deliveries,
      ({ id }) => id,
      (delivery) => this.#row(delivery),
    )}</ul>`;
  }

  #row(delivery: Delivery): TemplateResult {
    const { id, cameraId, status, attempts, lastError, lastResponse, createdAt, nextAttemptAt, payload } =
      delivery;
    const { now } = this.app;
    const wait = nextAttemptAt === null ? 0 : (Date.parse(nextAttemptAt) - now) / 1000;
    const isRetried = status === 'pending' && attempts > 0 && wait > 1;
    const [tone, label] = isRetried
      ? (['busy', `Retrying in ${duration(wait)}`] as const)
      : (STATES[status] ?? ['off', status]);
    return html`<li class="row">
      <div class="row-main">
        <div class="row-title"><strong>${this.app.state.gateway.cameras.get(cameraId)?.name ?? (cameraId === '*' ? 'All cameras' : `Camera ${cameraId}`)}</strong>${pill(tone, label)}</div>
        <p class="muted">
          ${nameOf(payload)} · stored ${ago(createdAt, now)} · ${count(attempts, 'attempt')}
        </p>
        ${lastError === null || status === 'delivered' ? nothing : html`<p class="row-error">${lastError}${lastResponse ? html` <code>${lastResponse.slice(0, MAX_RESPONSE)}</code>` : nothing}</p>`}
      </div>
      ${
        status === 'delivered'
          ? nothing
          : html`<button class="button" type="button" ?disabled=${this.#retrying.has(id)} @click=${() => void this.#retry(id)}
            aria-label="Try to deliver camera ${cameraId} again">${icon('retry')}Try now</button>`
      }
    </li>`;
  }

  async #load(): Promise<void> {
    const { signal } = this.#ending;
    try {
      const page = await this.app.client.deliveries.list({ limit: LIMIT, signal });
      this.#deliveries = page.deliveries;
      this.#error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.draw();
  }

  async #retry(id: string): Promise<void> {
    this.#retrying.add(id);
    this.draw();
    try {
      await this.app.client.deliveries.retry(id);
      this.app.announce('Tried again');
    } catch (error) {
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.#retrying.delete(id);
    await this.#load();
  }

  /** Changes when the list is worth reloading. */
  #countsNow(): string {
    const { counts, lastError } = this.app.state.gateway.services.deliveries ?? {};
    return JSON.stringify([counts, lastError]);
  }
}

export const ELEMENTS = { 'deliveries-page': DeliveriesPage };

function summary(stats: ShownDeliveries | undefined): string {
  const counts = stats?.counts;
  if (counts === undefined) return '';
  return [
    `${counts.delivered} delivered`,
    `${counts.pending} waiting`,
    ...(counts.parked > 0 ? [`${counts.parked} given up`] : []),
  ].join(' · ');
}

function notConfigured(): TemplateResult {
  return html`<p class="hint-line">No analysis backend is configured. Deliveries wait until <code>APP_PY_URL</code> is set.</p>`;
}

function nameOf(payload: Delivery['payload']): string {
  if (payload !== null && 'event_id' in payload) return 'Event';
  if (payload !== null && 'digest_id' in payload) return 'Digest';
  if (payload !== null && 'happenings' in payload) return 'Notice';
  return payload?.stream_type === 'video' ? 'Video' : 'RTSP stream';
}
