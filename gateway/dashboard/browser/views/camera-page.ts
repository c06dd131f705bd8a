/** One camera, large, with its actions. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { type CameraEntry, cameraEntry } from '../camera-entries.ts';
import { pictureAge } from '../camera-words.ts';
import { CameraView } from '../elements/camera-view.ts';
import { codecName, count } from '../format.ts';
import type { TransportNews } from '../players/best-player.ts';
import { TRANSPORT_NAMES, TRANSPORTS } from '../players/player.ts';
import { hrefOf } from '../router.ts';
import { AskPanel } from './ask-panel.ts';
import { CameraEvents } from './camera-events.ts';
import { icon } from './icons.ts';
import { cameraNotice, emptyState, pageHead, pill, problem } from './page-parts.ts';
import { PtzPanel } from './ptz-panel.ts';
import { ViewElement } from './view-element.ts';

/** `<camera-page>`. */
export class CameraPage extends ViewElement {
  #news: TransportNews | undefined;
  #wanted = 'auto';
  #showsDetections = true;
  #removal: 'none' | 'asked' | 'busy' = 'none';
  #error: GatewayError | undefined;

  protected view(): TemplateResult {
    const { cameraId } = this.app.state.route;
    const entry = cameraEntry(this.app, cameraId);
    if (entry === undefined) return this.#missing(cameraId);
    const { camera, words } = entry;
    return html`
      <a class="back-link" href=${hrefOf('cameras')}>${icon('back')}All cameras</a>
      ${pageHead(camera.name, this.#actions(entry), html`<p class="summary">${camera.location || `Camera ${camera.id}`}</p>`)}
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${this.#removal === 'none' ? nothing : this.#confirmation(entry)}
      <div class="camera-layout">
        <section class="stage-column" aria-label="Live picture">
          ${this.#stage(entry)}
          ${this.#transportLine(entry)}
          <camera-events .app=${this.app} .cameraId=${camera.id} .drawnAt=${Date.now()}></camera-events>
        </section>
        <aside class="camera-side">
          <section class="card" aria-label="State">
            <div class="card-head"><h2>State</h2>${pill(words.tone, words.label)}</div>
            ${this.#facts(entry)}
          </section>
          ${
            camera.ptz !== null && this.app.canChange && !this.app.isGone
              ? html`<ptz-panel .app=${this.app} .cameraId=${camera.id} .drawnAt=${Date.now()}></ptz-panel>`
              : nothing
          }
          ${this.app.canChange ? html`<ask-panel .app=${this.app} .cameraId=${camera.id} .drawnAt=${Date.now()}></ask-panel>` : nothing}
        </aside>
      </div>
    `;
  }

  #missing(cameraId: string): TemplateResult {
    if (!this.app.state.hasState) return html`${pageHead('Camera')}<div class="card skeleton tall"></div>`;
    return html`${pageHead('Camera')}${emptyState(
      'cameras',
      `There is no camera ${cameraId}`,
      'It may have been removed meanwhile.',
      html`<a class="button" href=${hrefOf('cameras')}>All cameras</a>`,
    )}`;
  }

  #actions({ camera, words }: CameraEntry): TemplateResult {
    const isOwn = camera.origin === 'registry' && this.app.canChange && !this.app.isGone;
    return html`
${
  words.tone === 'good'
    ? html`<a class="button" href="api/cameras/${encodeURIComponent(camera.id)}/frame?quality=95" download=${fileName(camera.name)}>
        ${icon('download')}Snapshot
      </a>`
    : nothing
}
      ${isOwn ? html`<a class="button" href=${hrefOf('edit', camera.id)}>${icon('edit')}Edit</a>` : nothing}
      ${
        isOwn || (camera.origin === 'connected' && this.app.canChange && !this.app.isGone)
          ? html`<button class="button" type="button" @click=${() => this.#askRemoval('asked')}>${icon('remove')}Remove</button>`
          : nothing
      }
    `;
  }

  #confirmation({ camera }: CameraEntry): TemplateResult {
    const isBusy = this.#removal === 'busy';
    return html`<div class="confirm" role="alertdialog" aria-label="Remove ${camera.name}?">
      <div><strong>Remove ${camera.name}?</strong><p>Deletes its address and password. Events are kept.</p></div>
      <div class="confirm-actions">
        <button class="button" type="button" ?disabled=${isBusy} @click=${() => this.#askRemoval('none')}>Cancel</button>
        <button class="button danger" type="button" ?disabled=${isBusy} @click=${() => void this.#remove(camera.id)}>
          ${isBusy ? 'Removing…' : 'Remove'}
        </button>
      </div>
    </div>`;
  }

  #askRemoval(step: 'none' | 'asked'): void {
    this.#removal = step;
    this.draw();
    if (step === 'asked') this.querySelector<HTMLElement>('.confirm .button')?.focus();
  }

  async #remove(id: string): Promise<void> {
    this.#removal = 'busy';
    this.draw();
    try {
      await this.app.client.cameras.delete(id);
      location.hash = hrefOf('cameras');
    } catch (error) {
      this.#error = error instanceof GatewayError ? error : undefined;
      this.#removal = 'none';
      this.draw();
    }
  }

  #stage({ camera, words }: CameraEntry): TemplateResult {
    const isLive = words.tone === 'good';
    const sees = Object.values(camera.analysis).some(Boolean) && this.#showsDetections;
    return html`<div class="stage" id="stage">
      <camera-view
        role="img"
        aria-label="Live picture of ${camera.name}"
        .client=${this.app.client}
        camera-id=${camera.id}
        transport=${this.#wanted}
        ?live=${isLive}
        ?detections=${sees}
        @transport-change=${(event: CustomEvent<TransportNews>) => this.#onTransport(event)}
      ></camera-view>
      ${isLive ? nothing : html`<div class="tile-cover">${cameraNotice(words)}</div>`}
    </div>`;
  }

  #onTransport({ detail }: CustomEvent<TransportNews>): void {
    this.#news = detail;
    // Called while the element is being connected by a drawing.
    queueMicrotask(() => this.draw());
  }

  #transportLine({ camera, words }: CameraEntry): TemplateResult {
    const news = this.#news;
    const hasAnalysis = Object.values(camera.analysis).some(Boolean);
    const choose = (event: Event): void => {
      this.#wanted = (event.target as HTMLSelectElement).value;
      this.draw();
    };
    const toggle = (): void => {
      this.#showsDetections = !this.#showsDetections;
      this.draw();
    };
    return html`<div class="stage-bar">
      <label class="inline-field"><span>Transport</span>
        <select @change=${choose} .value=${this.#wanted}>
          <option value="auto">Automatic</option>
          ${TRANSPORTS.map((transport) => html`<option value=${transport}>${TRANSPORT_NAMES[transport]}</option>`)}
        </select>
      </label>
      <span class="transport" role="status">${words.tone === 'good' ? describeTransport(news, this.app.state.gateway.gateway?.isPublic === true) : nothing}</span>
      ${
        hasAnalysis
          ? html`<label class="switch"><input type="checkbox" .checked=${this.#showsDetections} @change=${toggle} />Show detections</label>`
          : nothing
      }
      <button class="button quiet" type="button" @click=${fullScreen}>${icon('full')}Full screen</button>
    </div>`;
  }

  #facts({ camera, status, words }: CameraEntry): TemplateResult {
    const size = status?.width && status.height ? `${status.width} × ${status.height}` : '';
    const rows: [string, unknown][] = [
      ['Frame rate', words.tone === 'good' ? `${(status?.frameRate ?? 0).toFixed(1)} fps` : ''],
      ['Newest picture', pictureAge(status, this.app.now)],
      ['Video', [codecName(status?.codec), size].filter(Boolean).join(' · ')],
      ['Viewers', status === null || status === undefined ? '' : count(status.viewers, 'viewer')],
      ['Reconnects', status?.reconnects ? String(status.reconnects) : ''],
      ['Address', html`<code>${camera.rtspUrl}</code>`],
      ['Runs in', camera.worker],
      ['Camera id', html`<code>${camera.id}</code>`],
      ['Kept in', originName(camera.origin)],
    ];
    return html`<dl class="facts">
      ${rows.map(([name, value]) => (value === '' ? nothing : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}
    </dl>`;
  }
}

export const ELEMENTS = {
  'ask-panel': AskPanel,
  'camera-events': CameraEvents,
  'camera-page': CameraPage,
  'camera-view': CameraView,
  'ptz-panel': PtzPanel,
};

function describeTransport(news: TransportNews | undefined, isPublicHost: boolean): TemplateResult {
  if (news === undefined) return html`Starting…`;
  const failed = Object.entries(news.failures).map(
    ([transport, reason]) => `${TRANSPORT_NAMES[transport as keyof typeof TRANSPORT_NAMES]}: ${reason}`,
  );
  // Hosts like Replit pass one TCP port only.
  if (isPublicHost && news.failures.webrtc !== undefined)
    failed.push('WebRTC needs UDP, which this host blocks');
  return html`<span class="chip" data-transport=${news.transport}>${TRANSPORT_NAMES[news.transport]}</span>
    ${news.isTrying ? html`<span>trying a better transport…</span>` : nothing}
    ${failed.length === 0 ? nothing : html`<span class="why" title=${failed.join('\n')}>${failed.join('; ')}</span>`}`;
}

function originName(origin: string): string {
  const names: Record<string, string> = {
    registry: 'the registry',
    file: 'CAMERAS_FILE; change it there',
    connected: 'memory, until the gateway restarts',
    demo: 'the demo',
  };
  return names[origin] ?? origin;
}

function fileName(name: string): string {
  return `${name.replace(/[^\p{L}\p{N}]+/gu, '-')}.jpg`;
}

/** iPhones support full screen for videos only, by a method of their own. */
interface PhoneVideo {
  webkitEnterFullscreen?: () => void;
}

function fullScreen(): void {
  const stage = document.getElementById('stage');
  if (document.fullscreenEnabled) void stage?.requestFullscreen().catch(() => {});
  else (stage?.querySelector('video') as PhoneVideo | null | undefined)?.webkitEnterFullscreen?.();
}
