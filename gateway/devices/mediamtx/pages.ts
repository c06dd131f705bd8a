/** Lists of the MediaMTX API, page by page (`itemCount`, `pageCount`, `items`; pages count from 0). */
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { MediamtxAnswer } from './http.ts';

/** A whole list. */
export interface Listing<T> {
  /** One of each name. */
  items: T[];
  /** Number of items that were not readable. */
  skipped: number;
  /** Names of unreadable items, where readable. */
  skippedNames: string[];
  /** Whether the list is complete: it did not change meanwhile, and every item had a name. */
  isStable: boolean;
}

const pageSchema = z.looseObject({
  itemCount: z.number().int().nonnegative(),
  pageCount: z.number().int().nonnegative(),
  items: z.array(z.unknown()),
});
type Page = z.infer<typeof pageSchema>;

/** By default a page holds 100. */
const ITEMS_PER_PAGE = 1000;
const MAX_PAGES = 1000;
/** Each page is computed anew: a list that changed meanwhile is read again. */
const MAX_WALKS = 3;

/** Requests one page. */
export type FetchPage = (query: { itemsPerPage: number; page: number }) => Promise<MediamtxAnswer>;

/**
 * Reads every page; starts again if the list changed meanwhile.
 * @throws AppError `mediamtx-invalid-answer` for a page of the wrong shape
 */
export async function walkPages<T extends { name: string }>(
  fetchPage: FetchPage,
  schema: z.ZodType<T>,
): Promise<Listing<T>> {
  for (let walk = 1; ; walk += 1) {
    const pages = await readPages(fetchPage);
    const raw = pages.flatMap(({ items }) => items);
    const read = raw.map((item) => schema.safeParse(item));
    const byName = new Map(read.flatMap(({ data }) => (data === undefined ? [] : [[data.name, data]])));
    const bad = raw.filter((_, index) => read[index]?.success === false);
    const skippedNames = bad.map(nameOf).filter((name) => name !== undefined);
    const isStill =
      pages.every(({ itemCount }) => itemCount === raw.length) && byName.size + bad.length === raw.length;
    if (isStill || walk === MAX_WALKS) {
      const isStable = isStill && skippedNames.length === bad.length;
      return { items: [...byName.values()], skipped: bad.length, skippedNames, isStable };
    }
  }
}

function nameOf(item: unknown): string | undefined {
  const { name } = (item ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : undefined;
}

async function readPages(fetchPage: FetchPage): Promise<Page[]> {
  const pages: Page[] = [];
  for (let page = 0; ; page += 1) {
    const next = readPage(await fetchPage({ itemsPerPage: ITEMS_PER_PAGE, page }));
    pages.push(next);
    if (next.pageCount > MAX_PAGES) {
      throw new AppError('mediamtx-invalid-answer', `MediaMTX tells of ${next.pageCount} pages`);
    }
    if (page + 1 >= next.pageCount) return pages;
  }
}

function readPage({ status, body, reason }: MediamtxAnswer): Page {
  const page = status === 200 ? pageSchema.safeParse(body) : undefined;
  if (page?.success === true) return page.data;
  const what = status === 200 ? 'with something that is no list of the MediaMTX API' : reason;
  throw new AppError('mediamtx-invalid-answer', `MediaMTX answered ${what}`);
}
