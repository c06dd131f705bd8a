/** The tables `notifications` and `push_keys`. */
import type { Transaction } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Database, NotificationRow } from '../store/database.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';
import type {
  NotificationDraft,
  NotificationSettings,
  StoredNotification,
  StoredTarget,
} from './notification.ts';
import { noNotification } from './ownership.ts';

const VAPID = 'vapid';

/** Stores notifications, their targets sealed. */
export class NotificationRepository {
  readonly #store: Store;
  readonly #box: SecretBox;

  constructor(store: Store, box: SecretBox) {
    this.#store = store;
    this.#box = box;
  }

  /** Oldest first. Those whose target cannot be read with this key are left out. */
  async list(): Promise<StoredNotification[]> {
    const rows = await this.#store.db
      .selectFrom('notifications')
      .selectAll()
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.flatMap((row) => this.#read(row) ?? []);
  }

  /** @throws AppError `notification-not-found` */
  async get(id: string): Promise<StoredNotification> {
    const row = await this.#store.db
      .selectFrom('notifications')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    const found = row && this.#read(row);
    if (found === undefined) throw noNotification();
    return found;
  }

  /**
   * @param owner undefined: the gateway's @param max most notifications there may be, and of one owner
   * @throws AppError `too-many-notifications`
   */
  insert(
    id: string,
    draft: NotificationDraft,
    { owner, max, now }: { owner: string | undefined; max: { all: number; owned: number }; now: number },
  ): Promise<void> {
    return this.#store.transaction(async (trx) => {
      const owners = await trx.selectFrom('notifications').select('owner').execute();
      const own = owners.filter((row) => row.owner === owner).length;
      if (owners.length >= max.all || own >= max.owned)
        throw new AppError(
          'too-many-notifications',
          `There are ${Math.max(own, owners.length)} notifications already`,
        );
      const row = { id, ...this.#columnsOf(draft), owner: owner ?? null, created_at: now, updated_at: now };
      await trx.insertInto('notifications').values(row).execute();
    });
  }

  /** Changes a notification; one that is paused drops what waits. @throws AppError `notification-not-found` */
  async update(id: string, draft: NotificationDraft, now: number): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('notifications')
        .set({ ...this.#columnsOf(draft), updated_at: now })
        .where('id', '=', id)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw noNotification();
      if (!draft.enabled) await dropWaiting(trx, id);
    });
  }

  /** Removes a notification with its deliveries. @throws AppError `notification-not-found` */
  async remove(id: string): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const { numDeletedRows } = await trx
        .deleteFrom('notifications')
        .where('id', '=', id)
        .executeTakeFirst();
      if (numDeletedRows === 0n) throw noNotification();
      await trx.deleteFrom('deliveries').where('target', '=', id).execute();
    });
  }

  /** Removes those of an owner that has ended, with their deliveries. */
  async removeOf(owner: string): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const mine = trx.selectFrom('notifications').select('id').where('owner', '=', owner);
      await trx.deleteFrom('deliveries').where('target', 'in', mine).execute();
      await trx.deleteFrom('notifications').where('owner', '=', owner).execute();
    });
  }

  /** Sealed by another key, it is as good as gone. */
  #read(row: NotificationRow): StoredNotification | undefined {
    const { id, name, target, settings, link_base, enabled, created_at, updated_at, owner } = row;
    try {
      return {
        ...{ id, name, linkBase: link_base, enabled: Number(enabled) === 1 },
        owner: owner ?? undefined,
        target: JSON.parse(this.#box.open(target)) as StoredTarget,
        settings: JSON.parse(settings) as NotificationSettings,
        createdAt: Number(created_at),
        updatedAt: Number(updated_at),
      };
    } catch {
      return undefined;
    }
  }

  #columnsOf({ name, target, settings, linkBase, enabled }: NotificationDraft) {
    return {
      name,
      target: this.#box.seal(JSON.stringify(target)),
      settings: JSON.stringify(settings),
      link_base: linkBase,
      enabled: enabled ? 1 : 0,
    };
  }

  /** The sealed keys of web push; undefined before the first need. */
  async findKeys(): Promise<string | undefined> {
    const row = await this.#store.db
      .selectFrom('push_keys')
      .select('keys')
      .where('name', '=', VAPID)
      .executeTakeFirst();
    return row && this.#box.open(row.keys);
  }

  /** Keeps keys unless another gateway was faster. @returns those that are kept */
  async keepKeys(keys: string): Promise<string> {
    await this.#store.db
      .insertInto('push_keys')
      .values({ name: VAPID, keys: this.#box.seal(keys) })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    return (await this.findKeys()) as string;
  }
}

async function dropWaiting(trx: Transaction<Database>, id: string): Promise<void> {
  await trx.deleteFrom('deliveries').where('target', '=', id).where('status', '=', 'pending').execute();
}
