/** The tables `reason_answers` and `reason_pictures`. */
import { type SelectQueryBuilder, sql } from 'kysely';
import type { ReasonAnswer } from '#shared/contract/reason.ts';
import { AppError } from '#shared/errors.ts';
import { ChangeClock } from '../events/change-clock.ts';
import type { Database, ReasonAnswerRow } from '../store/database.ts';
import type { Store } from '../store/store.ts';

/** A picture to keep. */
export interface KeptPicture {
  id: string;
  jpeg: Buffer;
}

/** Filter of the list, newest first. */
export interface HistoryFilter {
  cameraId?: string | undefined;
  /** Only these; undefined: all. */
  cameras?: ReadonlySet<string> | undefined;
  kind?: string | undefined;
  /** Words in question or answer. */
  q?: string | undefined;
  /** Unix milliseconds. */
  since?: number | undefined;
  until?: number | undefined;
  limit: number;
  /** Only answers older than this sequence number. */
  before?: number | undefined;
}

/** What is kept at most. */
export interface HistoryBounds {
  days: number;
  maxAnswers: number;
  /** Of all pictures together. */
  maxBytes: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const PRUNE_BATCH = 200;

/** Reads and writes answers. */
export class HistoryRepository {
  readonly #store: Store;
  readonly #clock = new ChangeClock();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Stores an answer with its pictures. @throws AppError `storage-*` */
  async add(answer: ReasonAnswer, pictures: readonly KeptPicture[]): Promise<void> {
    const question = answer.question ?? answer.object ?? '';
    const row = {
      ...{ id: answer.id, sequence: this.#clock.next(), asked_at: Date.parse(answer.askedAt) },
      ...{ kind: answer.kind, camera_id: answer.cameraId, question, answer: answer.answer },
      words: `${question}\n${answer.answer}`.toLowerCase(),
      result: JSON.stringify(answer),
      picture_bytes: pictures.reduce((sum, { jpeg }) => sum + jpeg.length, 0),
    };
    await this.#store.transaction(async (trx) => {
      await trx.insertInto('reason_answers').values(row).execute();
      for (const { id, jpeg } of pictures) {
        await trx
          .insertInto('reason_pictures')
          .values({ id, answer_id: answer.id, jpeg })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ answer_id: answer.id }))
          .execute();
      }
    });
  }

  /** Newest first. */
  async list(filter: HistoryFilter): Promise<ReasonAnswerRow[]> {
    const query = this.#store.db.selectFrom('reason_answers').selectAll().orderBy('sequence', 'desc');
    return narrowed(query, filter).limit(filter.limit).execute();
  }

  /** @throws AppError `answer-not-found` */
  async get(id: string): Promise<ReasonAnswerRow> {
    const row = await this.#store.db
      .selectFrom('reason_answers')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (row === undefined) throw noAnswer();
    return row;
  }

  /** @throws AppError `answer-not-found` */
  async remove(id: string): Promise<void> {
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('reason_answers')
      .where('id', '=', id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw noAnswer();
  }

  /** A picture and the camera that it is of; undefined when it is not kept. */
  async picture(id: string): Promise<{ jpeg: Buffer; cameraId: string } | undefined> {
    const row = await this.#store.db
      .selectFrom('reason_pictures')
      .innerJoin('reason_answers', 'reason_answers.id', 'reason_pictures.answer_id')
      .select(['reason_pictures.jpeg', 'reason_answers.camera_id'])
      .where('reason_pictures.id', '=', id)
      .executeTakeFirst();
    return row && { jpeg: Buffer.from(row.jpeg), cameraId: row.camera_id };
  }

  /** Deletes a batch of the oldest answers beyond the bounds. Returns how many; call again until it is 0. */
  async prune({ days, maxAnswers, maxBytes }: HistoryBounds, now: number): Promise<number> {
    const { db } = this.#store;
    const old = await db
      .selectFrom('reason_answers')
      .select('id')
      .where('asked_at', '<', now - days * DAY_MS)
      .limit(PRUNE_BATCH)
      .execute();
    const ids = old.length > 0 ? old.map(({ id }) => id) : await this.#surplus(maxAnswers, maxBytes);
    if (ids.length === 0) return 0;
    await db.deleteFrom('reason_answers').where('id', 'in', ids).execute();
    return ids.length;
  }

  /** The oldest answers, as many as there are too many, or a few while their pictures are too large. */
  async #surplus(maxAnswers: number, maxBytes: number): Promise<string[]> {
    const { db } = this.#store;
    const { count, bytes } = await db
      .selectFrom('reason_answers')
      .select(({ fn }) => [
        fn.countAll<number>().as('count'),
        fn.sum<number | null>('picture_bytes').as('bytes'),
      ])
      .executeTakeFirstOrThrow();
    // As if all were of the same size; what is too much then goes in the next batch.
    const surplusOfBytes = Math.ceil(Number(count) * (1 - maxBytes / Number(bytes ?? 0)));
    const surplus = Math.max(Number(count) - maxAnswers, Number(bytes ?? 0) > maxBytes ? surplusOfBytes : 0);
    if (surplus <= 0) return [];
    const rows = await db
      .selectFrom('reason_answers')
      .select('id')
      .orderBy('sequence')
      .limit(Math.min(PRUNE_BATCH, surplus))
      .execute();
    return rows.map(({ id }) => id);
  }
}

function narrowed(
  query: SelectQueryBuilder<Database, 'reason_answers', ReasonAnswerRow>,
  { cameraId, cameras, kind, q, since, until, before }: HistoryFilter,
): SelectQueryBuilder<Database, 'reason_answers', ReasonAnswerRow> {
  const pattern = `%${(q ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  return query
    .$if(cameraId !== undefined, (all) => all.where('camera_id', '=', cameraId as string))
    .$if(cameras !== undefined, (all) => all.where('camera_id', 'in', ['', ...(cameras ?? [])]))
    .$if(kind !== undefined, (all) => all.where('kind', '=', kind as string))
    .$if(q !== undefined && q !== '', (all) => all.where(sql<boolean>`words like ${pattern} escape '\\'`))
    .$if(since !== undefined, (all) => all.where('asked_at', '>=', since as number))
    .$if(until !== undefined, (all) => all.where('asked_at', '<', until as number))
    .$if(before !== undefined, (all) => all.where('sequence', '<', before as number));
}

/** The refusal of an id that no answer has, or none that this client may see. */
export function noAnswer(): AppError {
  return new AppError('answer-not-found', 'There is no answer with this id');
}
