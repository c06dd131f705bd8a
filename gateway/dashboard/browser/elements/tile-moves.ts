/** Changes the order of tiles: by dragging, by Alt and an arrow key, by buttons with `data-move`. */

/** Callbacks. */
export interface TileMovesHandlers {
  /** Ids in the present order. */
  ids(): readonly string[];
  /** A tile is to take the place of another. */
  onMove(id: string, target: string): void;
  /** A tile was moved by a step. @param place from 1 */
  onStep(id: string, place: number): void;
  /** A drag began or ended. */
  onDrag(): void;
}

/** Listens to tiles, elements with the class `tile` and `data-id`, below a root. */
export class TileMoves {
  readonly #handlers: TileMovesHandlers;
  /** Id of the tile that is dragged. */
  dragged: string | undefined;

  constructor(handlers: TileMovesHandlers) {
    this.#handlers = handlers;
  }

  /** @param signal ends it */
  listen(root: HTMLElement, signal: AbortSignal): void {
    const options = { signal };
    root.addEventListener('dragstart', (event) => this.#onDragStart(event), options);
    root.addEventListener('dragover', (event) => this.#onDragOver(event), options);
    root.addEventListener('dragend', () => this.#setDragged(undefined), options);
    root.addEventListener('keydown', (event) => this.#onKey(event), options);
    root.addEventListener('click', (event) => this.#onClick(event), options);
  }

  #onDragStart(event: DragEvent): void {
    const id = idAt(event);
    if (id === undefined || event.dataTransfer === null) return;
    event.dataTransfer.setData('text/plain', id);
    event.dataTransfer.effectAllowed = 'move';
    this.#setDragged(id);
  }

  #onDragOver(event: DragEvent): void {
    const target = idAt(event);
    if (this.dragged === undefined || target === undefined) return;
    event.preventDefault();
    if (target !== this.dragged) this.#handlers.onMove(this.dragged, target);
  }

  #setDragged(id: string | undefined): void {
    this.dragged = id;
    this.#handlers.onDrag();
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!event.altKey || step === undefined || idAt(event) === undefined) return;
    event.preventDefault();
    this.#step(event, step);
  }

  #onClick(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>('[data-move]');
    if (button !== null) this.#step(event, Number(button.dataset.move));
  }

  #step(event: Event, step: number): void {
    const id = idAt(event);
    const focused = document.activeElement as HTMLElement | null;
    const ids = this.#handlers.ids();
    const to = ids.indexOf(id ?? '') + step;
    const target = ids[to];
    if (id === undefined || target === undefined) return;
    this.#handlers.onMove(id, target);
    // Moving an element takes its focus.
    focused?.focus();
    this.#handlers.onStep(id, to + 1);
  }
}

function idAt({ target }: Event): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('.tile')?.dataset.id : undefined;
}
