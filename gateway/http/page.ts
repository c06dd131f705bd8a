/** Pages of lists with the newest first. */

/**
 * Makes a page of what was read.
 * @param rows one more than the page takes, where there are so many
 * @returns `nextCursor`: null on the last page
 */
export function pageOf<Row extends { sequence: number }>(
  rows: readonly Row[],
  limit: number,
): { page: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { page, nextCursor: last === undefined ? null : String(last.sequence) };
}
