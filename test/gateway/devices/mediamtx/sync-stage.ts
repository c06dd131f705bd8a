/** A sync with everything around it: a server that plays, a real database, time that stands still. */
import { rmSync } from 'node:fs';
import { pino } from 'pino';
import { DeviceRepository } from '../../../../gateway/devices/device-repository.ts';
import { MediamtxClient } from '../../../../gateway/devices/mediamtx/client.ts';
import { MediamtxSync, type MediamtxSyncOptions } from '../../../../gateway/devices/mediamtx/sync.ts';
import type { Store } from '../../../../gateway/store/store.ts';
import { openSqlite } from '../../../support/stores.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { ManualClock } from '../../jobs/manual-clock.ts';
import { MediamtxDouble } from './mediamtx-double.ts';

export const MINUTE = 60_000;

export class SyncStage {
  readonly clock = new ManualClock();
  readonly server: MediamtxDouble;
  readonly repository: DeviceRepository;
  /** Of the log. */
  readonly lines: string[] = [];
  readonly #syncs: MediamtxSync[] = [];
  sync: MediamtxSync;

  private constructor(server: MediamtxDouble, store: Store) {
    this.server = server;
    this.repository = new DeviceRepository(store);
    this.sync = this.create();
  }

  static async open(store: Store): Promise<SyncStage> {
    await store.db.deleteFrom('devices').execute();
    return new SyncStage(await MediamtxDouble.open(), store);
  }

  async close(): Promise<void> {
    await Promise.all(this.#syncs.map((sync) => sync.close()));
    this.server.close();
  }

  create(more: Partial<MediamtxSyncOptions> = {}): MediamtxSync {
    const sync = new MediamtxSync({
      client: new MediamtxClient({ url: this.server.origin }),
      repository: this.repository,
      clock: this.clock,
      log: pino({ level: 'info' }, { write: (line: string) => void this.lines.push(line) }),
      server: 'mediamtx',
      whepBase: 'http://media.example:8889',
      random: () => 0.5,
      // Tests say themselves when the next round comes.
      everyMs: 60 * MINUTE,
      ...more,
    });
    this.#syncs.push(sync);
    return sync;
  }

  /** One more round to its end. */
  async round(sync: MediamtxSync = this.sync): Promise<void> {
    const count = () => sync.report().successes + sync.report().failures;
    const before = count();
    if (before === 0) sync.start();
    else sync.runNow();
    await waitFor(() => count() > before, { message: 'a round' });
  }

  /** The next turn after some time; ageing has looked meanwhile. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.round();
    await this.age();
  }

  async age(): Promise<void> {
    const now = this.clock.now();
    await this.repository.deactivateUnseen({ before: now - 5 * MINUTE, now });
  }

  /** A device with its metadata spread out. */
  async device(name: string, from = 'mediamtx') {
    const rows = await this.repository.list();
    const row = rows.find(({ device_key }) => device_key === `${from}:${name}`);
    if (row === undefined) return undefined;
    const { device_metadata, source: told_by, ...rest } = row;
    return { ...rest, told_by, ...JSON.parse(device_metadata) };
  }
}

/** One database for all tests of a suite. What differs between engines is specified with the repository. */
export function useSqlite(): () => Store {
  const folders: string[] = [];
  let store: Store;
  before(async () => {
    store = await openSqlite(folders);
  });
  after(async () => {
    await store.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return () => store;
}
