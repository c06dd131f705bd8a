/** The gateway's processes: state, use of resources, restarts. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { ReasonStatus } from '#shared/client/reason.ts';
import type { App } from '../app-state.ts';
import { capitalized, detectionState, detectorsOf } from '../detection-words.ts';
import { ago, bytes, duration, percent } from '../format.ts';
import { slowedSummary } from '../slowed-words.ts';
import type { ShownServices, ShownWorker } from '../status.ts';
import { describeWorker } from '../worker-words.ts';
import { pageHead, pill } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const PROVIDERS: Readonly<Record<string, string>> = { moondream: 'Moondream', vlm: 'Vision model' };

/** `<health-page>`. */
export class HealthPage extends ViewElement {
  protected view(): TemplateResult {
    return healthPage(this.app);
  }
}

export const ELEMENTS = { 'health-page': HealthPage };

function healthPage(app: App): TemplateResult {
  const { gateway, workers, services, ids } = app.state.gateway;
  const state = gateway?.state;
  const known = app.isGone
    ? pill('off', 'Unknown')
    : pill(state === 'ok' ? 'good' : 'busy', state === 'ok' ? 'Healthy' : 'Degraded');
  return html`
    ${pageHead('Health', state === undefined ? nothing : known)}
    <div class="cards">
      ${fact('Version', gateway?.version ?? '')}
      ${fact('Uptime', gateway === undefined ? '' : duration((app.now - Date.parse(gateway.startedAt)) / 1000))}
      ${fact('Cameras', String(ids.length))}
      ${fact('Gateway memory', gateway === undefined ? '' : bytes(gateway.rss))}
      ${fact('Gateway processor', gateway?.cpu === undefined ? '–' : percent(gateway.cpu), 'of one core')}
      ${fact('Database', services.database === undefined ? '' : engineName(services.database.engine), services.database?.ready ? 'ready' : 'does not respond')}
      ${gateway?.disk === undefined ? nothing : fact('Disk', `${bytes(gateway.disk.free)} free`, `of ${bytes(gateway.disk.total)}`)}
      ${providerFacts(services)}
      ${fact('Detection', detectionState(services.analysis), detectorsOf(services.analysis))}
      ${fact('MediaMTX', services.mediamtx === undefined ? 'Not used' : mediamtxState(services.mediamtx))}
      ${services.mqtt === undefined ? nothing : fact('MQTT broker', capitalized(services.mqtt.state), services.mqtt.lastError ?? services.mqtt.broker)}
    </div>
    <h2 class="section-title">Processes</h2>
    <div class="table-box" tabindex="0" role="region" aria-label="Processes"><table>
      <thead><tr>${['Process', 'State', 'Cameras', 'Processor', 'Memory', 'Restarts', 'Since'].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
      <tbody>${workers.map((worker) => row(app, worker))}</tbody>
    </table></div>
    <p class="muted links">
      <a href="docs">API</a> <a href="health">Health</a> <a href="metrics">Metrics</a>
    </p>
  `;
}

function providerFacts({ reasoning }: ShownServices): TemplateResult[] {
  const providers = (reasoning as Pick<ReasonStatus, 'providers'> | undefined)?.providers ?? [];
  return providers
    .filter(({ configured }) => configured)
    .map(({ name, state, model }) => fact(PROVIDERS[name] ?? name, capitalized(state), model ?? ''));
}

function fact(name: string, value: string, note = ''): TemplateResult {
  return html`<div class="card fact"><span class="muted">${name}</span><strong>${value || '–'}</strong>
    <span class="muted">${note}</span></div>`;
}

function row(app: App, worker: ShownWorker): TemplateResult {
  const [tone, label] = app.isGone ? (['off', 'Unknown'] as const) : describeWorker(worker.state);
  const cameras = [...app.state.gateway.cameras.values()].filter(
    (camera) => camera.worker === worker.name,
  ).length;
  const wait = worker.retryAt === undefined ? undefined : worker.retryAt - app.now / 1000;
  return html`<tr>
    <th scope="row"><span class="cell-title">${worker.name}</span><span class="muted">pid ${worker.pid ?? '–'} · port ${worker.port ?? '–'}</span></th>
    <td>${pill(tone, label)}${worker.flapping ? html` <span class="muted">restarts often</span>` : nothing}
      ${wait === undefined ? nothing : html`<span class="muted">${wait < 1 ? 'restarts now' : `restarts in ${duration(wait)}`}</span>`}</td>
    <td>${worker.name.startsWith('rtsp') ? cameras : '–'}${worker.slowed === undefined ? nothing : html` <span class="muted">${slowedSummary(worker.slowed)}</span>`}</td>
    <td>${worker.cpu === undefined ? '–' : percent(worker.cpu)}</td>
    <td>${worker.rss === undefined ? '–' : bytes(worker.rss)}</td>
    <td>${worker.restarts}${worker.lastExit === undefined || worker.restarts === 0 ? nothing : html` <span class="muted">${exitOf(worker.lastExit, app.now)}</span>`}</td>
    <td>${ago(worker.since, app.now)}</td>
  </tr>`;
}

function exitOf({ code, signal, at }: NonNullable<ShownWorker['lastExit']>, now: number): string {
  return `last: ${signal ?? `exit ${code}`}, ${ago(at, now)}`;
}

function engineName(engine: string): string {
  return { sqlite: 'SQLite', postgres: 'PostgreSQL', postgresql: 'PostgreSQL' }[engine] ?? engine;
}

function mediamtxState(state: Record<string, unknown>): string {
  const servers = Array.isArray(state.servers) ? (state.servers as { status: string }[]) : [state];
  const away = servers.filter(({ status }) => status === 'failing').length;
  if (servers.length === 1) return away === 0 ? 'Connected' : 'Not responding';
  return away === 0 ? `${servers.length} connected` : `${away} of ${servers.length} not responding`;
}
