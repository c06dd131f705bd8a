/** A day of one camera: what is recorded, what happened, and a player that jumps to it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { CameraEvent } from '#shared/client/events.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { Recording } from '#shared/client/recordings.ts';
import { dayAfter, dayOf, dayRange, dayTitle } from '../day.ts';
import { type StripModel, TimelineStrip } from '../elements/timeline-strip.ts';
import { type Span, startOfMovie } from '../recorded-time.ts';
import { hrefOf } from '../router.ts';
import { whyNotPlayed } from '../why-not-played.ts';
import { icon } from './icons.ts';
import { emptyState, pageHead, problem } from './page-parts.ts';
import { eventLegend, gapList, saveLink } from './timeline-parts.ts';
import { ViewElement } from './view-element.ts';

/** What one movie of the player holds: its tables come before its first picture. */
const WINDOW_MS = 10 * 60_000;
const SPEEDS = [1, 2, 4, 8] as const;
const EVENTS_PER_PAGE = 1000;
const MAX_EVENTS = 20_000;
const REFRESH_MS = 15_000;
/** Less of a recording is not worth a movie. */
const LEAST_MS = 500;
/** Factor of the buttons that zoom. */
const ZOOM = 3;

/** `<timeline-page>`. */
export class TimelinePage extends ViewElement {
  #cameraId = '';
  #day = '';
  #recording: Recording | undefined;
  #events: CameraEvent[] = [];
  #error: GatewayError | undefined;
  /** Where the movie in the player begins, and what it shows now, Unix milliseconds. */
  #movieAt = 0;
  #trouble: string | undefined;
  #playedAt: number | undefined;
  /** Where playing began last, and how many times it was begun. */
  #startedAt = 0;
  #starts = 0;
  #isStarting = false;
  #speed = 1;
  #mark: { from?: number; to?: number } = {};
  #refresh: ReturnType<typeof setInterval> | undefined;
  #ending = new AbortController();

  protected override entered(): void {
    this.#refresh = setInterval(() => {
      if (this.#day === dayOf(this.app.now)) void this.#load();
    }, REFRESH_MS);
    this.updated();
  }

  protected override left(): void {
    clearInterval(this.#refresh);
    this.#ending.abort();
  }

  protected override updated(): void {
    const { cameraId, query } = this.app.state.route;
    if (cameraId === this.#cameraId) return;
    this.#cameraId = cameraId;
    const at = Number(query.get('at'));
    this.#playedAt = undefined;
    this.#mark = {};
    this.#show(dayOf(at > 0 ? at : this.app.now), at > 0 ? at : undefined);
  }

  protected view(): TemplateResult {
    const name = this.app.state.gateway.cameras.get(this.#cameraId)?.name ?? `Camera ${this.#cameraId}`;
    const back = html`<a class="back-link" href=${hrefOf('camera', this.#cameraId)}>${icon('back')}${name}</a>`;
    return html`${back}${pageHead('Timeline', this.#dayChoice(), this.#cameraChoice())}
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${this.#recording?.unavailable?.map(({ error }) => problem(error, 'What it recorded is shown when it is back.'))}
      ${this.#player()}
      <timeline-strip .model=${this.#stripModel()} @seek=${(event: CustomEvent<number>) => void this.#play(event.detail)}></timeline-strip>
      ${eventLegend(this.#events)}${this.#controls()}${gapList(this.#recording?.gaps ?? [])}`;
  }

  #cameraChoice(): TemplateResult {
    const cameras = [...this.app.state.gateway.cameras.values()];
    return html`<select aria-label="Camera" @change=${(event: Event) => {
      location.hash = hrefOf('timeline', (event.target as HTMLSelectElement).value);
    }}>${cameras.map(({ id, name }) => html`<option value=${id} ?selected=${id === this.#cameraId}>${name}</option>`)}</select>`;
  }

  #dayChoice(): TemplateResult {
    const today = dayOf(this.app.now);
    const step = (days: number): void => this.#show(dayAfter(this.#day, days));
    return html`<button class="button" type="button" aria-label="Day before" @click=${() => step(-1)}>${icon('back')}</button>
      <input type="date" aria-label="Day" .value=${this.#day} max=${today}
        @change=${(event: Event) => this.#show((event.target as HTMLInputElement).value || today)} />
      <button class="button" type="button" aria-label="Day after" ?disabled=${this.#day >= today} @click=${() => step(1)}>${icon('forward')}</button>
      <a class="button" href=${hrefOf('camera', this.#cameraId)}>Live</a>`;
  }

  #player(): TemplateResult {
    const isEmpty = this.#recording?.spans.length === 0;
    if (isEmpty && this.#playedAt === undefined)
      return emptyState(
        'events',
        `${this.#recording?.unavailable ? 'No recording known' : 'Nothing recorded'}: ${dayTitle(this.#day, this.app.now)}`,
        'Choose what is recorded under Edit of the camera.',
      );
    return html`<video class="timeline-player" controls muted playsinline
      @timeupdate=${(event: Event) => this.#follow(event.target as HTMLVideoElement)}
      @error=${(event: Event) => void this.#explain(event.target as HTMLVideoElement)}
      @ended=${() => void this.#playNext()}></video>
      ${this.#trouble === undefined ? nothing : html`<p role="status">${this.#trouble}</p>`}`;
  }

  #controls(): TemplateResult {
    return html`<div class="timeline-controls">
      <button class="button" type="button" ?disabled=${this.#nextEvent(-1) === undefined} @click=${() => this.#jump(-1)}>Previous event</button>
      <button class="button" type="button" ?disabled=${this.#nextEvent(1) === undefined} @click=${() => this.#jump(1)}>Next event</button>
      <span class="chips" role="group" aria-label="Speed">${SPEEDS.map(
        (speed) =>
          html`<button class="chip" type="button" aria-pressed=${speed === this.#speed} @click=${() => this.#setSpeed(speed)}>${speed}×</button>`,
      )}</span>
      <span class="chips" role="group" aria-label="Zoom">
        <button class="chip" type="button" aria-label="Zoom out" @click=${() => this.#strip?.zoomBy(ZOOM)}>−</button>
        <button class="chip" type="button" aria-label="Zoom in" @click=${() => this.#strip?.zoomBy(1 / ZOOM)}>+</button>
      </span>
      ${this.#marks()}
    </div>`;
  }

  #marks(): TemplateResult {
    const { from, to } = this.#mark;
    const at = this.#playedAt;
    return html`
      <button class="button" type="button" ?disabled=${at === undefined} @click=${() => this.#setMark({ from: at })}>Mark start</button>
      <button class="button" type="button" ?disabled=${at === undefined || from === undefined || at <= from} @click=${() => this.#setMark({ from, to: at })}>Mark end</button>
      ${from === undefined || to === undefined ? nothing : saveLink({ from, to }, this.#exportUrl(from, to))}`;
  }

  #stripModel(): StripModel {
    return {
      range: dayRange(this.#day),
      spans: this.#spans,
      events: this.#events.map(({ kind, startedAt, endedAt }) => ({
        kind,
        from: Date.parse(startedAt),
        to: endedAt === null ? this.app.now : Date.parse(endedAt),
      })),
      playedAt: this.#playedAt,
      mark: this.#mark,
      previewUrl: (at) => this.#exportUrl(at, at + 1000),
    };
  }

  get #strip(): TimelineStrip | null {
    return this.querySelector('timeline-strip');
  }

  get #spans(): Span[] {
    return (this.#recording?.spans ?? []).map(({ from, to }) => ({
      from: Date.parse(from),
      to: Date.parse(to),
    }));
  }

  #show(day: string, at?: number): void {
    this.#day = day;
    this.#recording = undefined;
    this.#events = [];
    void this.#load().then(() => (at === undefined ? undefined : this.#play(at)));
  }

  async #load(): Promise<void> {
    this.#ending.abort();
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    const { from, to } = dayRange(this.#day);
    const range = { from: from / 1000, to: to / 1000 };
    const { recordings } = this.app.client;
    const events = this.#loadEvents(range, signal);
    // Its failure is told below, unless the recording fails first.
    events.catch(() => {});
    try {
      this.#recording = await recordings.get(this.#cameraId, range, { signal });
      this.#error = undefined;
      this.draw();
      await events;
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.draw();
  }

  async #loadEvents({ from, to }: { from: number; to: number }, signal: AbortSignal): Promise<void> {
    const found: CameraEvent[] = [];
    const filter = { cameraId: this.#cameraId, since: from, until: to, limit: EVENTS_PER_PAGE };
    let cursor: string | undefined;
    do {
      const page = await this.app.client.events.list(
        { ...filter, ...(cursor === undefined ? {} : { cursor }) },
        { signal },
      );
      found.push(...page.events);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && found.length < MAX_EVENTS);
    this.#events = found.reverse();
  }

  async #explain({ currentSrc }: HTMLVideoElement): Promise<void> {
    this.#trouble = await whyNotPlayed(currentSrc);
    this.draw();
  }

  /** Plays from a time on, or from where the next recording begins. @returns whether there is one */
  async #play(at: number): Promise<boolean> {
    const span = this.#spans.find(({ to }) => to > at + LEAST_MS);
    if (span === undefined) return false;
    const from = Math.max(at, span.from);
    this.#starts += 1;
    const start = this.#starts;
    this.#isStarting = true;
    this.#startedAt = from;
    this.#playedAt = from;
    this.#trouble = undefined;
    this.draw();
    this.#strip?.reveal(from);
    const url = this.#exportUrl(from, Math.min(from + WINDOW_MS, span.to));
    // A movie begins with the keyframe before the time that was asked for.
    const movieAt = (await startOfMovie(url)) ?? from;
    const video = this.querySelector('video');
    if (video === null || start !== this.#starts) return true;
    this.#isStarting = false;
    this.#movieAt = movieAt;
    video.src = `${url}#t=${Math.max(0, (from - movieAt) / 1000)}`;
    video.playbackRate = this.#speed;
    video.defaultPlaybackRate = this.#speed;
    await video.play().catch(() => {});
    return true;
  }

  /** Goes on with what follows; at the end of what is known of today with what was recorded meanwhile. */
  async #playNext(): Promise<void> {
    const at = this.#playedAt;
    if (at === undefined || at - this.#startedAt < LEAST_MS || (await this.#play(at))) return;
    if (this.#day !== dayOf(this.app.now)) return;
    await this.#load();
    if (at === this.#playedAt) await this.#play(at);
  }

  #follow(video: HTMLVideoElement): void {
    if (this.#isStarting) return;
    this.#playedAt = this.#movieAt + video.currentTime * 1000;
    this.draw();
  }

  #setSpeed(speed: number): void {
    this.#speed = speed;
    const video = this.querySelector('video');
    if (video !== null) video.playbackRate = speed;
    this.draw();
  }

  #setMark(mark: { from?: number | undefined; to?: number | undefined }): void {
    this.#mark = Object.fromEntries(Object.entries(mark).filter(([, at]) => at !== undefined));
    this.draw();
  }

  #nextEvent(step: 1 | -1): CameraEvent | undefined {
    const at = this.#playedAt ?? (step === 1 ? 0 : Number.POSITIVE_INFINITY);
    const startOf = ({ startedAt }: CameraEvent): number => Date.parse(startedAt) - LEAD_MS;
    return step === 1
      ? this.#events.find((event) => startOf(event) > at + 1000)
      : this.#events.findLast((event) => startOf(event) < at - 2000);
  }

  #jump(step: 1 | -1): void {
    const event = this.#nextEvent(step);
    if (event !== undefined) void this.#play(Date.parse(event.startedAt) - LEAD_MS);
  }

  /** Relative to the page's base, for path prefixes. */
  #exportUrl(from: number, to: number): string {
    const iso = (ms: number): string => new Date(ms).toISOString();
    return this.app.client.recordings.exportUrl(this.#cameraId, { from: iso(from), to: iso(to) });
  }
}

/** Played before an event. */
const LEAD_MS = 2000;

export const ELEMENTS = { 'timeline-page': TimelinePage, 'timeline-strip': TimelineStrip };
