/** The newest events, live, of one camera or of all. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { CameraEvent } from '#shared/client/events.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { clock, duration, percent } from '../format.ts';
import { hrefOf } from '../router.ts';
import { emptyState, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const NOT_FOUND = 404;

/** `<camera-events>`: a short list beside a camera; `<events-list>` shows more of all. */
export class CameraEvents extends ViewElement {
  protected readonly limit: number = 6;
  protected isAvailable: boolean | undefined;
  #cameraId: string | undefined;
  #events: CameraEvent[] = [];
  #error: GatewayError | undefined;
  #ending = new AbortController();

  set cameraId(id: string) {
    const isOther = this.#cameraId !== undefined && this.#cameraId !== id;
    this.#cameraId = id;
    if (isOther && this.isConnected) this.entered();
  }

  protected override entered(): void {
    this.left();
    this.#ending = new AbortController();
    this.#events = [];
    void this.#load(this.#ending.signal);
  }

  protected override left(): void {
    this.#ending.abort();
  }

  protected view(): TemplateResult {
    if (this.isAvailable !== true || this.#events.length === 0) return html``;
    return html`<section class="card" aria-label="Events of this camera">
      <div class="card-head"><h2>Events</h2><a href=${hrefOf('events')}>All events</a></div>
      ${this.list()}
    </section>`;
  }

  /** The events, newest first. */
  protected list(): TemplateResult {
    const { now, state } = this.app;
    const nameOf = (id: string): string => state.gateway.cameras.get(id)?.name ?? `Camera ${id}`;
    return html`<ol class="events" aria-live="polite">
      ${repeat(
        this.#events,
        ({ id }) => id,
        (event) => this.#item(event, nameOf(event.cameraId), now),
      )}
    </ol>`;
  }

  /** Placeholder of an empty list. */
  protected nothingYet(): TemplateResult | undefined {
    if (this.#error !== undefined) return problem(this.#error.message, this.#error.hint);
    if (this.isAvailable === false) return emptyState('events', 'No events', 'Analysis is switched off.');
    if (this.isAvailable === undefined || this.#events.length > 0) return undefined;
    return emptyState('events', 'No events yet', 'Switch on motion, people or faces under Edit of a camera.');
  }

  #item(event: CameraEvent, cameraName: string, now: number): TemplateResult {
    const isOpen = event.state === 'open';
    const until = isOpen ? now : new Date(event.endedAt ?? event.updatedAt).getTime();
    const seconds = (until - new Date(event.startedAt).getTime()) / 1000;
    return html`<li class="event" data-open=${isOpen}>
      ${
        event.snapshotUrl === null || event.snapshotUrl === undefined
          ? html`<span class="event-blank" aria-hidden="true"></span>`
          : html`<a href=${pathOf(event.snapshotUrl)} target="_blank" aria-label="Picture of ${event.kind}, ${cameraName}"><img src="${pathOf(event.snapshotUrl)}?v=${Date.parse(event.updatedAt)}" alt="" loading="lazy" /></a>`
      }
      <div class="event-text">
        <strong class="event-title">${describe(event)}</strong>
        <a href=${hrefOf('camera', event.cameraId)}>${cameraName}</a>
        <span class="muted">${clock(event.startedAt, now)} · ${isOpen ? `ongoing, ${duration(seconds)}` : duration(seconds)}</span>
      </div>
    </li>`;
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { events } = this.app.client;
    const filter = this.#cameraId === undefined ? {} : { cameraId: this.#cameraId };
    try {
      const page = await events.list({ ...filter, limit: this.limit }, { signal });
      this.isAvailable = true;
      this.#events = page.events;
      this.draw();
      for await (const { event } of events.follow(filter, { signal })) this.#take(event);
    } catch (error) {
      if (signal.aborted) return;
      const isAbsent = error instanceof GatewayError && error.status === NOT_FOUND;
      this.isAvailable = !isAbsent;
      this.#error = !isAbsent && error instanceof GatewayError ? error : undefined;
      this.draw();
    }
  }

  #take(event: CameraEvent): void {
    const others = this.#events.filter(({ id }) => id !== event.id);
    const all = [event, ...others].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
    this.#events = all.slice(0, this.limit);
    this.draw();
  }
}

/** Relative, for path prefixes. */
function pathOf(snapshotUrl: string): string {
  return snapshotUrl.replace(/^\//, '');
}

function describe({ kind, label, score }: CameraEvent): TemplateResult {
  const text = label === '' || label === kind ? kind : `${kind}: ${label}`;
  const name = text.charAt(0).toUpperCase() + text.slice(1);
  return html`${name}${score === null || score === undefined || kind === 'motion' ? nothing : html` <span class="muted">${percent(score)}</span>`}`;
}
