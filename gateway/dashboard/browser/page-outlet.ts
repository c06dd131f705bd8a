/** Holds the element of the current page; loads the module of a page when it is first opened. */
import type { App } from './app-state.ts';
import { PAGES, type PageModule } from './pages.ts';
import type { PageId } from './router.ts';

/** What every page's element is to the shell. */
interface PageElement extends HTMLElement {
  app: App;
  drawnAt: number;
}

/** One per shell. */
export class PageOutlet {
  readonly #loaded = new Set<PageId>();
  readonly #onLoaded: () => void;
  #key = '';
  #element: PageElement | undefined;
  #failed: PageId | undefined;

  /** @param onLoaded draws again */
  constructor(onLoaded: () => void) {
    this.#onLoaded = onLoaded;
  }

  /** The current page's element, a new one for another page or subject; undefined while it loads. */
  show(app: App): PageElement | undefined {
    const { page, params } = app.state.route;
    if (!this.#loaded.has(page)) {
      if (this.#failed !== page) void this.load(page);
      return undefined;
    }
    const key = PAGES[page].isReused === true ? page : `${page} ${JSON.stringify(params)}`;
    if (this.#element === undefined || key !== this.#key) {
      this.#element = document.createElement(PAGES[page].element) as PageElement;
      this.#key = key;
    }
    this.#element.app = app;
    this.#element.drawnAt = Date.now();
    return this.#element;
  }

  /** Whether the module of a page could not be loaded. */
  hasFailed(page: PageId): boolean {
    return this.#failed === page;
  }

  /** Loads a page's module; does not throw. */
  async load(page: PageId): Promise<void> {
    if (this.#loaded.has(page)) return;
    this.#failed = undefined;
    try {
      define(await PAGES[page].load());
      this.#loaded.add(page);
    } catch {
      this.#failed = page;
    }
    this.#onLoaded();
  }
}

/** Pages share elements: the first one defines them. */
function define({ ELEMENTS }: PageModule): void {
  for (const [tag, element] of Object.entries(ELEMENTS))
    if (customElements.get(tag) === undefined) customElements.define(tag, element);
}
