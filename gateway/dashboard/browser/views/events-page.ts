/** All events with pictures, live. */
import { html, type TemplateResult } from 'lit-html';
import { CameraEvents } from './camera-events.ts';
import { pageHead } from './page-parts.ts';

/** `<events-page>`. */
export class EventsPage extends CameraEvents {
  protected override readonly limit = 100;

  protected override view(): TemplateResult {
    return html`${pageHead('Events')}${this.nothingYet() ?? html`<div class="event-wall">${this.list()}</div>`}`;
  }
}

export const ELEMENTS = { 'events-page': EventsPage };
