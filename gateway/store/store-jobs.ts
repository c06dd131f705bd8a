/** What jobs over the database share. */
import type { Store } from './store.ts';

/** SQLite has one gateway; its file may still be replaced by a backup. */
const ALONE_MS = 60_000;

/** Calls `start` once the database is open; never when it is closed before. */
export function startWhenReady(store: Pick<Store, 'whenReady'>, start: () => void): void {
  void store.whenReady().then(start, () => {});
}

/** Pause between two looks for what other gateways on the database changed. @param sharedMs where there may be others */
export function lookPauseMs({ engine }: Pick<Store, 'engine'>, sharedMs: number): number {
  return engine === 'postgres' ? sharedMs : ALONE_MS;
}
