/** Makes transactions of all gateways on a database follow one another. */
import type { Transaction } from './database.ts';

/** Waits for other transactions that took this lock; it is held until the end of this one. @param job named by no turn */
export async function lockUntilEnd(trx: Transaction, job: string): Promise<void> {
  await trx
    .insertInto('job_turns')
    .values({ job, holder: '', held_until: 0 })
    .onConflict((conflict) => conflict.column('job').doUpdateSet({ held_until: 0 }))
    .execute();
}
