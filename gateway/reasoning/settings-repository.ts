/** The table `reason_settings`: providers that were set up in the page. */
import { z } from 'zod';
import { PROVIDERS } from '#shared/contract/reason.ts';
import { AppError } from '#shared/errors.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';

const serverSchema = z.object({
  url: z.string().optional(),
  apiKey: z.string().optional(),
  model: z.string().optional(),
});

const settingsSchema = z.object({
  moondream: serverSchema.optional(),
  vlm: serverSchema.optional(),
  preferred: z.enum(PROVIDERS).optional(),
});

/** Where one provider is. */
export type StoredServer = z.infer<typeof serverSchema>;
/** What was set up in the page. */
export type StoredSettings = z.infer<typeof settingsSchema>;

const NAME = 'reasoning';

/** One sealed text, for keys are among it. */
export class SettingsRepository {
  readonly #store: Pick<Store, 'db' | 'isReady'>;
  readonly #box: SecretBox;

  constructor(store: Pick<Store, 'db' | 'isReady'>, box: SecretBox) {
    this.#store = store;
    this.#box = box;
  }

  /** @throws AppError `storage-unavailable`, `secret-unreadable` */
  async load(): Promise<StoredSettings> {
    if (!this.#store.isReady) throw new AppError('storage-unavailable', 'The database is not open yet');
    const row = await this.#store.db
      .selectFrom('reason_settings')
      .select('settings')
      .where('name', '=', NAME)
      .executeTakeFirst();
    return row === undefined ? {} : settingsSchema.parse(JSON.parse(this.#box.open(row.settings)));
  }

  /** @throws AppError `storage-*` */
  async save(settings: StoredSettings): Promise<void> {
    if (!this.#store.isReady) throw new AppError('storage-unavailable', 'The database is not open yet');
    const sealed = { settings: this.#box.seal(JSON.stringify(settings)), updated_at: Date.now() };
    await this.#store.db
      .insertInto('reason_settings')
      .values({ name: NAME, ...sealed })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(sealed))
      .execute();
  }
}
