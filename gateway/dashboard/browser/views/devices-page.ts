/** Devices of every source: cameras of the gateway and paths of MediaMTX. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Device } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { ago, count } from '../format.ts';
import { emptyState, pageHead, pill, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

/** `<devices-page>`; reloads when cameras come, go or change, and after each MediaMTX sync. */
export class DevicesPage extends ViewElement {
  #devices: Device[] | undefined;
  #error: GatewayError | undefined;
  #seen = '';
  #ending = new AbortController();

  protected override entered(): void {
    this.#ending = new AbortController();
    this.#seen = this.#newsNow();
    void this.#load();
  }

  protected override left(): void {
    this.#ending.abort();
  }

  protected override updated(): void {
    const news = this.#newsNow();
    if (news === this.#seen) return;
    this.#seen = news;
    void this.#load();
  }

  protected view(): TemplateResult {
    const devices = this.#devices;
    const active = devices?.filter(({ is_active }) => is_active).length ?? 0;
    const summary = devices === undefined ? '' : `${count(devices.length, 'device')} · ${active} active`;
    return html`
      ${pageHead('Devices', nothing, html`<p class="summary">${summary}</p>`)}
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${devices?.length === 0 ? emptyState('devices', 'No devices yet', 'Cameras of this gateway and paths of MediaMTX appear here.') : nothing}
      ${devices === undefined || devices.length === 0 ? nothing : this.#table(devices)}
    `;
  }

  #table(devices: Device[]): TemplateResult {
    const heads = ['Device', 'State', 'Last seen', 'Tracks', 'Readers', 'WHEP'];
    return html`<div class="table-box" tabindex="0" role="region" aria-label="Devices"><table>
      <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
      <tbody>${devices.map((device) => this.#row(device))}</tbody>
    </table></div>`;
  }

  #row(device: Device): TemplateResult {
    const { name, ready, tracks, reader_count, whep_url } = this.app.client.devices.metadataOf(device);
    const [tone, label] = this.app.isGone
      ? (['off', 'Unknown'] as const)
      : !device.is_active
        ? (['off', 'Inactive'] as const)
        : ready
          ? (['good', 'Ready'] as const)
          : (['busy', 'Not ready'] as const);
    return html`<tr>
      <th scope="row"><span class="cell-title">${name ?? device.device_key}</span><code>${device.device_key}</code></th>
      <td>${pill(tone, label)}</td>
      <td>${ago(device.last_seen, this.app.now)}</td>
      <td>${tracks?.join(', ') || '–'}</td>
      <td>${reader_count ?? '–'}</td>
      <td>${whep_url ? html`<code>${whep_url}</code>` : '–'}</td>
    </tr>`;
  }

  async #load(): Promise<void> {
    const { signal } = this.#ending;
    try {
      this.#devices = await this.app.client.devices.list({ signal });
      this.#error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.draw();
  }

  #newsNow(): string {
    const { ids, statuses, services } = this.app.state.gateway;
    const states = ids.map((id) => [id, statuses.get(id)?.connected, statuses.get(id)?.viewers]);
    return JSON.stringify([states, services.mediamtx]);
  }
}

export const ELEMENTS = { 'devices-page': DevicesPage };
