/** The last warnings and errors of the gateway and its workers. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { LogEntry } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { HttpClient } from '#shared/client/http-client.ts';
import { clock, count } from '../format.ts';
import { hrefOf } from '../router.ts';
import { emptyState, pageHead, pill, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const EVERY_MS = 5000;

/** `<logs-page>`; loads again while it is open and seen. */
export class LogsPage extends ViewElement {
  #entries: LogEntry[] | undefined;
  #error: GatewayError | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ending = new AbortController();

  protected override entered(): void {
    this.#ending = new AbortController();
    void this.#load();
    this.#timer = setInterval(() => {
      if (!document.hidden && !this.app.isGone) void this.#load();
    }, EVERY_MS);
  }

  protected override left(): void {
    clearInterval(this.#timer);
    this.#ending.abort();
  }

  protected view(): TemplateResult {
    const entries = this.#entries;
    const summary = entries === undefined ? '' : count(entries.length, 'warning');
    return html`
      ${pageHead('Logs', nothing, html`<p class="summary">${summary}</p>`)}
      <p class="hint-line">Warnings and errors since the gateway started. The whole log goes to standard output.</p>
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${entries?.length === 0 ? emptyState('docs', 'No warnings', 'Nothing went wrong since the gateway started.') : nothing}
      ${entries === undefined || entries.length === 0 ? nothing : html`<ol class="rows">${entries.map((entry) => this.#row(entry))}</ol>`}
    `;
  }

  #row({ at, level, process, message, cameraId }: LogEntry): TemplateResult {
    const camera = cameraId === undefined ? undefined : this.app.state.gateway.cameras.get(cameraId);
    return html`<li class="row">
      <div class="row-main">
        <div class="row-title"><strong>${message}</strong>${pill(level === 'error' ? 'bad' : 'busy', level === 'error' ? 'Error' : 'Warning')}</div>
        <p class="muted">${clock(at, this.app.now)} · ${process}${camera === undefined ? nothing : html` · <a href=${hrefOf('camera', camera.id)}>${camera.name}</a>`}</p>
      </div>
    </li>`;
  }

  async #load(): Promise<void> {
    const { signal } = this.#ending;
    try {
      const http = new HttpClient({ baseUrl: this.app.base });
      this.#entries = (await http.json<{ entries: LogEntry[] }>('/api/logs', { signal })).entries;
      this.#error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.draw();
  }
}

export const ELEMENTS = { 'logs-page': LogsPage };
