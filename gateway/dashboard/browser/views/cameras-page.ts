/** All cameras, live, on a wall that fits the screen. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { type CameraEntry, cameraEntries } from '../camera-entries.ts';
import { CameraPicture } from '../elements/camera-picture.ts';
import { TileMoves } from '../elements/tile-moves.ts';
import { VisibleTiles } from '../elements/visible-tiles.ts';
import { count } from '../format.ts';
import { hrefOf } from '../router.ts';
import { inOrder, keepChoices, movedTo, readChoices, type WallChoices } from '../wall-choices.ts';
import { layoutWall, usualDensity, type WallLayout } from '../wall-layout.ts';
import { cameraTile } from './camera-tile.ts';
import { icon } from './icons.ts';
import { emptyState, pageHead } from './page-parts.ts';
import { ViewElement } from './view-element.ts';
import { wallMenu } from './wall-menu.ts';

/** More tiles on the screen, fewer pictures of each: the load of a wall stays about the same. */
const FPS_BY_COUNT: [number, number][] = [
  [4, 10],
  [9, 6],
  [16, 4],
];
const LOWEST_FPS = 2;
/** With more tiles on the screen none plays as video. */
const MAX_VIDEOS = 4;
const SEARCH_FROM = 9;
const GAP = 12;
/** Room below the wall. */
const MARGIN_BELOW = 20;

/** `<cameras-page>`. */
export class CamerasPage extends ViewElement {
  #choices: WallChoices = readChoices();
  #search = '';
  #isArranging = false;
  #layout: WallLayout = { columns: 2, tileWidth: 0, isCaptionOver: false };
  readonly #tiles = new VisibleTiles(() => this.draw());
  readonly #moves = new TileMoves({
    ids: () => this.#ids(),
    onMove: (id, target) => this.#choose({ order: movedTo(this.#ids(), id, target) }),
    onStep: (id, place) => {
      const { ids, cameras } = this.app.state.gateway;
      this.app.announce(`${cameras.get(id)?.name}: ${place} of ${ids.length}`);
    },
    onDrag: () => this.draw(),
  });
  readonly #size = new ResizeObserver(() => this.draw());
  #ending = new AbortController();

  protected override entered(): void {
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    this.#size.observe(document.documentElement);
    this.#size.observe(this);
    this.#moves.listen(this, signal);
    document.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    document.addEventListener('fullscreenchange', () => document.fullscreenElement ?? this.#leaveWall(), {
      signal,
    });
  }

  protected override left(): void {
    this.#ending.abort();
    this.#size.disconnect();
    this.#tiles.stop();
    delete document.documentElement.dataset.wall;
  }

  protected override draw(): void {
    if (!this.isConnected) return;
    document.documentElement.toggleAttribute('data-wall', this.#isWall);
    super.draw();
    this.#tiles.follow(this);
    this.#fit();
  }

  get #isWall(): boolean {
    return this.app.state.route.query.has('wall');
  }

  protected view(): TemplateResult {
    const all = cameraEntries(this.app);
    const shown = this.#shown(all);
    const { hasState } = this.app.state;
    return html`
      ${this.#isWall ? this.#wallExit() : this.#head(all)}
      ${hasState && all.length === 0 ? this.#noCameras() : nothing}
      ${all.length > 0 && shown.length === 0 ? this.#noMatch() : nothing}
      ${this.#groups(shown).map(([place, entries]) => this.#group(place, entries))}
      ${hasState ? nothing : this.#list([1, 2, 3, 4].map(() => html`<li class="tile skeleton" aria-hidden="true"></li>`))}
    `;
  }

  #head(all: CameraEntry[]): TemplateResult {
    const { app } = this;
    const density = this.#choices.density ?? usualDensity(all.length, this.clientWidth);
    const actions = html`
      ${all.length >= SEARCH_FROM ? this.#searchField() : nothing}
      ${
        all.length === 0
          ? nothing
          : wallMenu({
              density,
              isGrouped: this.#choices.isGrouped,
              isArranging: this.#isArranging,
              onChoice: (change) => this.#choose(change),
              onArrange: (isOn) => {
                this.#isArranging = isOn;
                this.draw();
              },
              onFullScreen: () => this.#enterWall(),
            })
      }
      ${app.canChange && !app.isGone ? addButton() : nothing}`;
    const isDemo = app.canChange && all.some(({ camera }) => camera.isDemo);
    return html`
      ${pageHead('Cameras', actions, html`<p class="summary">${summary(all, app.isGone)}</p>`)}
      ${
        isDemo
          ? html`<p class="hint-line">Simulated cameras. <a href=${hrefOf('add')}>Adding your own camera</a> replaces the demo.</p>`
          : nothing
      }`;
  }

  #searchField(): TemplateResult {
    const type = (event: Event): void => {
      this.#search = (event.target as HTMLInputElement).value;
      this.draw();
    };
    return html`<label class="search">${icon('search')}<span class="visually-hidden">Search cameras</span>
      <input type="search" placeholder="Search" autocomplete="off" .value=${this.#search} @input=${type} aria-keyshortcuts="/" /></label>`;
  }

  #shown(all: CameraEntry[]): CameraEntry[] {
    const wanted = all.length >= SEARCH_FROM && !this.#isWall ? this.#search.trim().toLowerCase() : '';
    const byId = new Map(all.map((entry) => [entry.camera.id, entry]));
    return inOrder([...byId.keys()], this.#choices.order)
      .map((id) => byId.get(id) as CameraEntry)
      .filter(({ camera }) =>
        `${camera.name}\n${camera.location}\n${camera.id}`.toLowerCase().includes(wanted),
      );
  }

  /** By place, in the order of the first camera of each; one group without a heading unless that is wanted. */
  #groups(entries: CameraEntry[]): [string | undefined, CameraEntry[]][] {
    if (entries.length === 0) return [];
    if (!this.#choices.isGrouped || this.#isWall) return [[undefined, entries]];
    return [...Map.groupBy(entries, ({ camera }) => camera.location || 'No place')];
  }

  #group(place: string | undefined, entries: CameraEntry[]): TemplateResult {
    const { app } = this;
    const onScreen = this.#tiles.ids;
    const moving = cameraEntries(app).filter(
      ({ camera, words }) => onScreen.has(camera.id) && words.tone === 'good',
    ).length;
    const fps = FPS_BY_COUNT.find(([most]) => moving <= most)?.[1] ?? LOWEST_FPS;
    const plays = moving <= MAX_VIDEOS && !savesData();
    const look = {
      client: app.client,
      now: app.now,
      fps,
      isCaptionOver: this.#layout.isCaptionOver,
      isArranging: this.#isArranging && !this.#isWall,
    };
    const tiles = repeat(
      entries,
      ({ camera }) => camera.id,
      (entry) => {
        const { id } = entry.camera;
        const isVideo = plays && onScreen.has(id);
        return cameraTile(entry, { ...look, isVideo, isDragged: this.#moves.dragged === id });
      },
    );
    return html`${place === undefined ? nothing : html`<h2 class="section-title">${place}</h2>`}${this.#list(tiles)}`;
  }

  #list(tiles: unknown): TemplateResult {
    const { columns, tileWidth } = this.#layout;
    const style = `--columns: ${columns}; --tile: ${tileWidth}px`;
    return html`<ul class="wall" .style=${style}>${tiles}</ul>`;
  }

  #noCameras(): TemplateResult {
    const demo = (): void => void this.app.client.showDemo().catch(() => {});
    return emptyState(
      'cameras',
      'No cameras yet',
      'Add one by its address, or upload a video and play it as a camera.',
      this.app.canChange
        ? html`${addButton()} <button class="button" type="button" @click=${demo}>Show the demo again</button>`
        : nothing,
    );
  }

  #noMatch(): TemplateResult {
    const clear = (): void => {
      this.#search = '';
      this.draw();
    };
    return emptyState(
      'search',
      `No camera matches “${this.#search}”`,
      'Names, places and camera ids are searched.',
      html`<button class="button" type="button" @click=${clear}>Clear</button>`,
    );
  }

  #wallExit(): TemplateResult {
    return html`<h1 class="visually-hidden" tabindex="-1">Cameras</h1>
      <button class="button wall-exit" type="button" @click=${() => this.#leaveWall()}>Exit full screen</button>`;
  }

  #choose(change: Partial<WallChoices>): void {
    this.#choices = { ...this.#choices, ...change };
    keepChoices(this.#choices);
    this.draw();
  }

  /** Measures after drawing, and draws again if the wall should look otherwise. */
  #fit(): void {
    const wall = this.querySelector('.wall');
    if (wall === null) return;
    const isBare = this.#isWall;
    const top = isBare ? 0 : wall.getBoundingClientRect().top + scrollY;
    const tiles = this.#shown(cameraEntries(this.app)).length;
    const layout = layoutWall({
      count: this.app.state.hasState ? tiles : 4,
      width: isBare ? innerWidth : this.clientWidth,
      height: innerHeight - top - (isBare ? 0 : MARGIN_BELOW),
      density: this.#choices.density ?? usualDensity(tiles, this.clientWidth),
      gap: isBare ? 2 : GAP,
      isBare,
    });
    if (JSON.stringify(layout) === JSON.stringify(this.#layout)) return;
    this.#layout = layout;
    super.draw();
  }

  #enterWall(): void {
    location.hash = `${hrefOf('cameras')}?wall`;
    // Phones without full screen for pages still get the wall without navigation.
    void document.documentElement.requestFullscreen?.().catch(() => {});
  }

  #leaveWall(): void {
    if (!this.#isWall) return;
    if (document.fullscreenElement !== null) void document.exitFullscreen();
    location.hash = hrefOf('cameras');
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#leaveWall();
    const isTyping = event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey;
    const search = this.querySelector<HTMLInputElement>('.search input');
    if (event.key !== '/' || isTyping || search === null) return;
    event.preventDefault();
    search.focus();
  }

  #ids(): string[] {
    return inOrder(this.app.state.gateway.ids, this.#choices.order);
  }
}

export const ELEMENTS = { 'cameras-page': CamerasPage, 'camera-picture': CameraPicture };

/** Whether the browser was told to load little. */
function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}

function addButton(): TemplateResult {
  return html`<a class="button primary" href=${hrefOf('add')}>${icon('add')}<span class="button-name">Add camera</span></a>`;
}

function summary(entries: CameraEntry[], isGone: boolean): string {
  if (entries.length === 0) return '';
  if (isGone) return `${count(entries.length, 'camera')} · state unknown`;
  const live = entries.filter(({ words }) => words.tone === 'good').length;
  const waiting = entries.filter(({ words }) => words.tone === 'bad').length;
  const parts = [count(entries.length, 'camera'), live === entries.length ? 'all live' : `${live} live`];
  if (waiting > 0) parts.push(`${waiting} ${waiting === 1 ? 'needs' : 'need'} attention`);
  return parts.join(' · ');
}
