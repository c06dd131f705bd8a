/** A recorded video, and what can be done where the browser does not play it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { whyNotPlayed } from '../why-not-played.ts';
import { ViewElement } from './view-element.ts';

/** `<recorded-video>`. */
export class RecordedVideo extends ViewElement {
  #source = '';
  #trouble: string | undefined;

  /** Address relative to the page. */
  set source(source: string) {
    if (source !== this.#source) this.#trouble = undefined;
    this.#source = source;
  }

  protected view(): TemplateResult {
    const source = this.#source;
    return html`<video class="drawer-clip" controls autoplay muted playsinline .src=${source} aria-label="Clip of the event"
        ?hidden=${this.#trouble !== undefined}
        @error=${() => void this.#explain(source)}
        @loadedmetadata=${(event: Event) => {
          // Without a decoder for the pictures some browsers play the sound alone.
          if ((event.target as HTMLVideoElement).videoWidth === 0) void this.#explain(source);
        }}></video>
      ${this.#trouble === undefined ? nothing : html`<p class="drawer-note" role="status">${this.#trouble}</p>`}`;
  }

  async #explain(source: string): Promise<void> {
    const trouble = await whyNotPlayed(source);
    if (source !== this.#source) return;
    this.#trouble = trouble;
    this.draw();
  }
}
