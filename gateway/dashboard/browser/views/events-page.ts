/** All events, live: filters, days, and a drawer with the clip of one. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { CameraEvent } from '#shared/client/events.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { dayOf, dayTitle } from '../day.ts';
import { clock } from '../format.ts';
import { hrefOf } from '../router.ts';
import { DigestCard } from './digest-card.ts';
import { eventDrawer } from './event-drawer.ts';
import { ALL_EVENTS, type ChosenFilter, eventFilters, liveQueryOf, queryOf } from './event-filters.ts';
import { EventPictures } from './event-pictures.ts';
import { durationOf, titleOf, zonesOf } from './event-words.ts';
import { emptyState, pageHead, problem } from './page-parts.ts';
import { RecordedVideo } from './recorded-video.ts';
import { ViewElement } from './view-element.ts';

const PAGE_SIZE = 60;
const NOT_FOUND = 404;
const SEARCH_PAUSE_MS = 300;

/** `<events-page>`. */
export class EventsPage extends ViewElement {
  #events: CameraEvent[] = [];
  #cursor: string | null = null;
  #isLoaded = false;
  #isLoading = false;
  #error: GatewayError | undefined;
  /** The event of the drawer where it is not in the list. */
  #single: CameraEvent | undefined;
  #shownId = '';
  #filter = ALL_EVENTS;
  #searchPause: ReturnType<typeof setTimeout> | undefined;
  #ending = new AbortController();
  readonly #onKey = (event: KeyboardEvent): void => this.#key(event);

  protected override entered(): void {
    this.#filter = { ...this.#filter, cameraId: this.app.state.route.query.get('camera') ?? '' };
    document.addEventListener('keydown', this.#onKey);
    this.#restart();
  }

  protected override left(): void {
    document.removeEventListener('keydown', this.#onKey);
    clearTimeout(this.#searchPause);
    this.#ending.abort();
  }

  protected override updated(): void {
    const id = this.app.state.route.query.get('event') ?? '';
    if (id === this.#shownId) return;
    this.#shownId = id;
    this.#single = undefined;
    if (id !== '' && this.#find(id) === undefined) void this.#loadSingle(id);
  }

  protected view(): TemplateResult {
    const shown = this.#find(this.#shownId);
    return html`${pageHead('Events', this.#timelineLink())}<digest-card .app=${this.app} .drawnAt=${Date.now()}></digest-card>${this.#filters()}${this.#content()}
      ${
        shown === undefined
          ? nothing
          : eventDrawer(shown, {
              cameraName: this.#nameOf(shown.cameraId),
              now: this.app.now,
              onClose: () => this.#open(undefined),
              onStep: (step) => this.#step(step),
              canStep: (step) => this.#neighbour(step) !== undefined,
            })
      }`;
  }

  /** Of the chosen camera, or the first. */
  #timelineLink(): TemplateResult | typeof nothing {
    const id = this.#filter.cameraId || this.app.state.gateway.cameras.keys().next().value;
    if (id === undefined) return nothing;
    return html`<a class="button" href=${hrefOf('timeline', id)}>Timeline</a>`;
  }

  #filters(): TemplateResult {
    return eventFilters(
      this.app,
      this.#filter,
      (change) => this.#set(change),
      (text) => this.#search(text),
    );
  }

  #content(): TemplateResult {
    if (this.#error !== undefined && this.#events.length === 0)
      return problem(this.#error.message, this.#error.hint);
    if (!this.#isLoaded) return html`<p class="muted" role="status">Loading…</p>`;
    if (this.#events.length === 0) return this.#nothing();
    const days = Map.groupBy(this.#events, ({ startedAt }) => dayOf(Date.parse(startedAt)));
    return html`${[...days].map(
      ([day, events]) => html`<section class="event-day" aria-label=${dayTitle(day, this.app.now)}>
        <h2>${dayTitle(day, this.app.now)}</h2>
        <ol class="event-wall">${repeat(
          events,
          ({ id }) => id,
          (event) => this.#card(event),
        )}</ol>
      </section>`,
    )}${
      this.#cursor === null
        ? nothing
        : html`<p class="load-more"><button class="button" type="button" ?disabled=${this.#isLoading} @click=${() => void this.#more()}>${this.#isLoading ? 'Loading…' : 'Load more'}</button></p>`
    }`;
  }

  #nothing(): TemplateResult {
    const isFiltered = Object.values(this.#filter).some((value) => value !== '');
    return isFiltered
      ? emptyState('events', 'No such events', 'Choose another kind, camera, zone or day.')
      : emptyState('events', 'No events yet', 'Switch on motion, people or faces under Edit of a camera.');
  }

  #card(event: CameraEvent): TemplateResult {
    const picture = event.snapshotUrl;
    return html`<li>
      <a class="event-card" href=${hrefOfEvent(event.id)} data-open=${event.state === 'open'} data-kind=${event.kind}>
        ${
          picture === null
            ? html`<span class="event-blank" aria-hidden="true"></span>`
            : html`<img src="${picture.replace(/^\//, '')}?v=${Date.parse(event.updatedAt)}" alt="" loading="lazy" />`
        }
        ${event.clipUrl === null ? nothing : html`<span class="event-clip">Clip</span>`}
        <strong class="event-title">${titleOf(event)}</strong>
        <span>${this.#nameOf(event.cameraId)}</span>
        <span class="muted">${[clock(event.startedAt, this.app.now), durationOf(event, this.app.now), zonesOf(event)].filter(Boolean).join(' · ')}</span>
      </a>
    </li>`;
  }

  #nameOf(id: string): string {
    return this.app.state.gateway.cameras.get(id)?.name ?? `Camera ${id}`;
  }

  #find(id: string): CameraEvent | undefined {
    return (
      this.#events.find((event) => event.id === id) ?? (this.#single?.id === id ? this.#single : undefined)
    );
  }

  #neighbour(step: 1 | -1): CameraEvent | undefined {
    const index = this.#events.findIndex(({ id }) => id === this.#shownId);
    return index < 0 ? undefined : this.#events[index + step];
  }

  #step(step: 1 | -1): void {
    const next = this.#neighbour(step);
    if (next !== undefined) this.#open(next);
  }

  #open(event: CameraEvent | undefined): void {
    location.hash = event === undefined ? hrefOf('events') : hrefOfEvent(event.id);
  }

  #key(event: KeyboardEvent): void {
    const isTyping =
      event.target instanceof HTMLElement && event.target.closest('input, select, video') !== null;
    if (this.#shownId === '' || (isTyping && event.key !== 'Escape')) return;
    if (event.key === 'Escape') this.#open(undefined);
    if (event.key === 'ArrowRight') this.#step(1);
    if (event.key === 'ArrowLeft') this.#step(-1);
  }

  #search(search: string): void {
    this.#filter = { ...this.#filter, search };
    clearTimeout(this.#searchPause);
    this.#searchPause = setTimeout(() => this.#restart(), SEARCH_PAUSE_MS);
  }

  #set(change: Partial<ChosenFilter>): void {
    this.#filter = { ...this.#filter, ...change };
    this.#restart();
  }

  /** Loads the first page, then follows what is new. */
  #restart(): void {
    this.#ending.abort();
    this.#ending = new AbortController();
    this.#cursor = null;
    void this.#load(this.#ending.signal);
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { events } = this.app.client;
    const filter = this.#filter;
    try {
      const page = await events.list({ ...queryOf(filter), limit: PAGE_SIZE }, { signal });
      this.#events = page.events;
      this.#cursor = page.nextCursor;
      this.#isLoaded = true;
      this.#error = undefined;
      this.draw();
      for await (const { event } of events.follow(liveQueryOf(filter), { signal })) this.#take(event);
    } catch (error) {
      if (signal.aborted) return;
      const isAbsent = error instanceof GatewayError && error.status === NOT_FOUND;
      this.#isLoaded = true;
      this.#error = !isAbsent && error instanceof GatewayError ? error : undefined;
      this.draw();
    }
  }

  async #more(): Promise<void> {
    if (this.#cursor === null || this.#isLoading) return;
    this.#isLoading = true;
    this.draw();
    const { signal } = this.#ending;
    try {
      const query = { ...queryOf(this.#filter), limit: PAGE_SIZE, cursor: this.#cursor };
      const page = await this.app.client.events.list(query, { signal });
      const known = new Set(this.#events.map(({ id }) => id));
      this.#events = [...this.#events, ...page.events.filter(({ id }) => !known.has(id))];
      this.#cursor = page.nextCursor;
    } catch (error) {
      if (!signal.aborted && error instanceof GatewayError) this.app.announce(error.message);
    }
    this.#isLoading = false;
    this.draw();
  }

  async #loadSingle(id: string): Promise<void> {
    const event = await this.app.client.events.get(id).catch(() => undefined);
    if (this.#shownId !== id) return;
    this.#single = event;
    this.draw();
  }

  /** A change of an event: what is filtered beyond kind, camera and zone changes only what is shown already. */
  #take(event: CameraEvent): void {
    const index = this.#events.findIndex(({ id }) => id === event.id);
    const { day, search } = this.#filter;
    if (index >= 0) this.#events = this.#events.with(index, event);
    else if (search.trim() === '' && (day === '' || day === dayOf(Date.parse(event.startedAt))))
      this.#events = [event, ...this.#events].sort(
        (a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt),
      );
    this.draw();
  }
}

/** The address of the drawer of an event. */
function hrefOfEvent(id: string): string {
  return `${hrefOf('events')}?event=${encodeURIComponent(id)}`;
}

export const ELEMENTS = {
  'digest-card': DigestCard,
  'event-pictures': EventPictures,
  'events-page': EventsPage,
  'recorded-video': RecordedVideo,
};
