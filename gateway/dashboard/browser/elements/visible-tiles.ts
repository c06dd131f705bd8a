/** Which tiles of a wall are on the screen, once the scrolling has settled. */

const SETTLE_MS = 300;

/** Follows the elements with `data-id` below a root. */
export class VisibleTiles {
  readonly #onChange: () => void;
  readonly #watched = new Set<Element>();
  readonly #now = new Set<string>();
  #observer: IntersectionObserver | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ids of the tiles on the screen. */
  ids: ReadonlySet<string> = new Set();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Follows the tiles that are there now. */
  follow(root: Element): void {
    this.#observer ??= new IntersectionObserver((entries) => this.#take(entries), { threshold: 0.1 });
    const tiles = new Set(root.querySelectorAll('[data-id]'));
    for (const tile of this.#watched) if (!tiles.has(tile)) this.#forget(tile);
    for (const tile of tiles) {
      if (this.#watched.has(tile)) continue;
      this.#watched.add(tile);
      this.#observer.observe(tile);
    }
  }

  /** Follows nothing any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#observer?.disconnect();
    this.#observer = undefined;
    this.#watched.clear();
    this.#now.clear();
    this.ids = new Set();
  }

  #forget(tile: Element): void {
    this.#watched.delete(tile);
    this.#observer?.unobserve(tile);
    this.#now.delete(idOf(tile));
    this.#settle();
  }

  #take(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#now.add(idOf(target));
      else this.#now.delete(idOf(target));
    }
    this.#settle();
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (this.#now.size === this.ids.size && [...this.#now].every((id) => this.ids.has(id))) return;
        this.ids = new Set(this.#now);
        this.#onChange();
      },
      this.ids.size === 0 ? 0 : SETTLE_MS,
    );
  }
}

function idOf(tile: Element): string {
  return (tile as HTMLElement).dataset.id ?? '';
}
