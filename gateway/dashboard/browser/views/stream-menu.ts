/** The menu of a picture: which stream plays, and whether detections are drawn. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { TransportNews } from '../players/best-player.ts';
import { TRANSPORT_NAMES, TRANSPORTS } from '../players/player.ts';
import { switchField } from './form-parts.ts';
import { icon } from './icons.ts';
import { menu } from './menu.ts';

/** What the menu shows and changes. */
export interface StreamMenu {
  /** Undefined while the camera is not live. */
  news: TransportNews | undefined;
  wanted: string;
  isPublicHost: boolean;
  /** Undefined for a camera without analysis. */
  showsDetections: boolean | undefined;
  onWanted(transport: string): void;
  onDetections(isOn: boolean): void;
}

/** The menu. */
export function streamMenu(options: StreamMenu): TemplateResult {
  const { news, wanted, isPublicHost, showsDetections, onWanted, onDetections } = options;
  const choose = (event: Event): void => onWanted((event.target as HTMLSelectElement).value);
  return menu(
    icon('settings'),
    'Stream',
    html`
      <label class="field"><span>Stream</span>
        <select @change=${choose}>
          <option value="auto" ?selected=${wanted === 'auto'}>Auto</option>
          ${TRANSPORTS.map((transport) => html`<option value=${transport} ?selected=${wanted === transport}>${TRANSPORT_NAMES[transport]}</option>`)}
        </select>
      </label>
      <p class="transport">${news === undefined ? nothing : playing(news, isPublicHost)}</p>
      ${showsDetections === undefined ? nothing : switchField('Show detections', showsDetections, onDetections)}
      <p class="muted keys">F full screen · M sound · S snapshot · + − 0 zoom · ← → other cameras</p>
    `,
    'stage-button',
  );
}

function playing({ transport, isTrying, failures }: TransportNews, isPublicHost: boolean): TemplateResult {
  const failed = Object.entries(failures).map(
    ([way, reason]) => `${TRANSPORT_NAMES[way as keyof typeof TRANSPORT_NAMES]}: ${reason}`,
  );
  // Hosts like Replit pass one TCP port only.
  if (isPublicHost && failures.webrtc !== undefined) failed.push('WebRTC needs UDP, which this host blocks');
  return html`Plays by <span class="chip" data-transport=${transport}>${TRANSPORT_NAMES[transport]}</span>
    ${isTrying ? html`<span>trying a better transport…</span>` : nothing}
    ${failed.map((text) => html`<span class="why">${text}</span>`)}`;
}
