/**
 * The table `ptz_tasks` in PostgreSQL: what cameras do by themselves, as all gateways know it. Each method is one
 * statement, times are those of the database's clock.
 */
import { type RawBuilder, sql } from 'kysely';
import type { PtzTask } from '#shared/contract/ptz.ts';
import { parseJson } from '#shared/parse-json.ts';
import { DATABASE_NOW } from '../store/database-clock.ts';
import type { Store } from '../store/store.ts';

/** What is known of a camera. */
export interface KnownTask {
  /** Undefined where the camera has done nothing by itself. */
  task: PtzTask | undefined;
  /** Whether a gateway runs it. */
  isAlive: boolean;
  /** When its gateway had to renew it, Unix milliseconds. */
  until: number;
  /** Since the camera was moved last, milliseconds. */
  restMs: number;
}

/** A task of this gateway. */
export interface ToldTask {
  cameraId: string;
  task: PtzTask;
  isOver: boolean;
}

const FORGOTTEN_AFTER_MS = 7 * 24 * 3_600_000;

/** Reads and writes for one gateway. */
export class TaskRepository {
  readonly #store: Pick<Store, 'db'>;

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store;
  }

  /**
   * Takes a camera for a task. Forgets cameras that did nothing for a week.
   * @param leaseMs how long it is the task's unless that is told again
   * @param restMs how long the camera must have been left alone
   * @returns false where another task is running, or the camera was moved since
   */
  async begin(
    cameraId: string,
    task: PtzTask,
    { leaseMs, restMs }: { leaseMs: number; restMs: number },
  ): Promise<boolean> {
    const rows = await this.#run(sql`
      with forgotten as (
        delete from ptz_tasks where camera_id <> ${cameraId}
          and greatest(until, touched_at) < ${DATABASE_NOW} - ${FORGOTTEN_AFTER_MS}::bigint)
      insert into ptz_tasks (camera_id, id, task, ending, until, touched_at)
      values (${cameraId}, ${task.id}, ${JSON.stringify(task)}, '', ${DATABASE_NOW} + ${leaseMs}::bigint,
        ${DATABASE_NOW})
      on conflict (camera_id) do update set id = excluded.id, task = excluded.task, ending = '',
        until = excluded.until, touched_at = excluded.touched_at
      where ptz_tasks.until <= ${DATABASE_NOW}
        and (${restMs}::bigint = 0 or ptz_tasks.touched_at <= ${DATABASE_NOW} - ${restMs}::bigint)
      returning camera_id`);
    return rows.length > 0;
  }

  /**
   * Tells how tasks are, and renews them, those that were told to be over excepted.
   * @returns by id, those that are still the tasks of their cameras: why each must end, empty where it may go on
   */
  async tell(tasks: readonly ToldTask[], leaseMs: number): Promise<Map<string, string>> {
    const told = tasks.map(({ cameraId, task, isOver }) => ({
      ...{ camera_id: cameraId, id: task.id, task: JSON.stringify(task) },
      lease: isOver ? 0 : leaseMs,
    }));
    const rows = await this.#run<{ id: string; ending: string }>(sql`
      update ptz_tasks set task = r.task, touched_at = ${DATABASE_NOW},
        until = case when r.lease = 0 then 0 else ${DATABASE_NOW} + r.lease end
      from json_to_recordset(${JSON.stringify(told)}::json)
        as r(camera_id text, id text, task text, lease bigint)
      where ptz_tasks.camera_id = r.camera_id and ptz_tasks.id = r.id
        and (ptz_tasks.until > 0 or r.lease = 0)
      returning ptz_tasks.id, ptz_tasks.ending`);
    return new Map(rows.map(({ id, ending }) => [id, ending]));
  }

  /** Notes that a client moves a camera, and asks the gateway that runs a task to end it. @returns the id of that task */
  async touch(cameraId: string, reason: string): Promise<string | undefined> {
    const rows = await this.#run<{ id: string; isAlive: boolean }>(sql`
      insert into ptz_tasks (camera_id, id, task, ending, until, touched_at)
      values (${cameraId}, '', '', '', 0, ${DATABASE_NOW})
      on conflict (camera_id) do update set touched_at = excluded.touched_at,
        ending = case when ptz_tasks.ending = '' then ${reason} else ptz_tasks.ending end
      returning id, until > ${DATABASE_NOW} as "isAlive"`);
    return rows[0]?.isAlive === true ? rows[0].id : undefined;
  }

  /** What is known of a camera; undefined where nothing is. */
  async read(cameraId: string): Promise<KnownTask | undefined> {
    const [row] = await this.#run<Omit<KnownTask, 'task'> & { task: string }>(sql`
      select task, until, until > ${DATABASE_NOW} as "isAlive", ${DATABASE_NOW} - touched_at as "restMs"
      from ptz_tasks where camera_id = ${cameraId}`);
    return row && { ...row, task: parseJson(row.task) as PtzTask | undefined };
  }

  async #run<Row>(query: RawBuilder<unknown>): Promise<Row[]> {
    const { rows } = await query.execute(this.#store.db);
    return rows as Row[];
  }
}
