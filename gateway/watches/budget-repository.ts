/** Hourly budget of watches' questions: for all cameras together, and for each. */
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../store/database.ts';

/** Questions in an hour (UTC). */
export interface HourlyBudget {
  total: number;
  perCamera: number;
}

export const HOUR_MS = 3_600_000;
const ALL_CAMERAS = '';
const KEPT_HOURS = 24;

/** The table `watch_budget`, which all gateways on a database share. */
export class BudgetRepository {
  readonly #budget: HourlyBudget;

  constructor(budget: HourlyBudget) {
    this.#budget = budget;
  }

  get budget(): HourlyBudget {
    return this.#budget;
  }

  /** Takes one question of this hour. @param now Unix milliseconds @returns false when the budget is spent */
  async take(trx: Transaction<Database>, cameraId: string, now: number): Promise<boolean> {
    const hour = hourOf(now);
    // Always the total first: the same order of locks prevents deadlocks between gateways.
    if (!(await takeOne(trx, hour, ALL_CAMERAS, this.#budget.total))) return false;
    if (await takeOne(trx, hour, cameraId, this.#budget.perCamera)) return true;
    await giveBack(trx, hour, [ALL_CAMERAS]);
    return false;
  }

  /** Returns a question that was not asked. @param takenAt Unix milliseconds */
  async giveBack(trx: Transaction<Database>, cameraId: string, takenAt: number): Promise<void> {
    await giveBack(trx, hourOf(takenAt), [ALL_CAMERAS, cameraId]);
  }

  /** Questions of this hour over all cameras. */
  async spent(db: Kysely<Database>, now: number): Promise<number> {
    const row = await db
      .selectFrom('watch_budget')
      .select('asked')
      .where('hour', '=', hourOf(now))
      .where('camera_id', '=', ALL_CAMERAS)
      .executeTakeFirst();
    return row?.asked ?? 0;
  }

  /** Deletes past hours. */
  async prune(trx: Transaction<Database>, now: number): Promise<void> {
    await trx
      .deleteFrom('watch_budget')
      .where('hour', '<', hourOf(now) - KEPT_HOURS)
      .execute();
  }
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}

async function takeOne(
  trx: Transaction<Database>,
  hour: number,
  cameraId: string,
  max: number,
): Promise<boolean> {
  await trx
    .insertInto('watch_budget')
    .values({ hour, camera_id: cameraId, asked: 0 })
    .onConflict((conflict) => conflict.columns(['hour', 'camera_id']).doNothing())
    .execute();
  const { numUpdatedRows } = await trx
    .updateTable('watch_budget')
    .set((eb) => ({ asked: eb('asked', '+', 1) }))
    .where('hour', '=', hour)
    .where('camera_id', '=', cameraId)
    .where('asked', '<', max)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function giveBack(
  trx: Transaction<Database>,
  hour: number,
  cameraIds: readonly string[],
): Promise<void> {
  for (const cameraId of cameraIds) {
    await trx
      .updateTable('watch_budget')
      .set((eb) => ({ asked: eb('asked', '-', 1) }))
      .where('hour', '=', hour)
      .where('camera_id', '=', cameraId)
      .where('asked', '>', 0)
      .execute();
  }
}
