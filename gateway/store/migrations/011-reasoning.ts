/** Reasoning: questions a day by provider, settings of providers, answers with their pictures. */
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Engine } from '../database.ts';

/** The eleventh migration; see `database.ts` for what the columns mean. */
export function reasoning(engine: Engine): Migration {
  return {
    up: async (db) => {
      await moveDays(db);
      await createSettings(db);
      await createAnswers(db);
      await createPictures(db, engine);
    },
  };
}

type AnyDatabase = Kysely<unknown>;

/** The days of Moondream go on in a table for all providers. */
async function moveDays(db: AnyDatabase): Promise<void> {
  await db.schema
    .createTable('provider_days')
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('day', 'bigint', (column) => column.notNull())
    .addColumn('asked', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('provider_days_key', ['provider', 'day'])
    .execute();
  await sql`insert into provider_days (provider, day, asked) select 'moondream', day, asked from daily_questions`.execute(
    db,
  );
  await db.schema.dropTable('daily_questions').execute();
}

async function createSettings(db: AnyDatabase): Promise<void> {
  await db.schema
    .createTable('reason_settings')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createAnswers(db: AnyDatabase): Promise<void> {
  let table = db.schema
    .createTable('reason_answers')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull());
  for (const name of ['sequence', 'asked_at', 'picture_bytes'])
    table = table.addColumn(name, 'bigint', (column) => column.notNull());
  for (const name of ['kind', 'camera_id', 'question', 'answer', 'words', 'result'])
    table = table.addColumn(name, 'text', (column) => column.notNull());
  await table.execute();
  const indexes = {
    reason_answers_in_order: ['sequence'],
    reason_answers_of_camera: ['camera_id', 'sequence'],
    reason_answers_by_age: ['asked_at'],
  };
  for (const [name, columns] of Object.entries(indexes)) {
    await db.schema.createIndex(name).on('reason_answers').columns(columns).execute();
  }
}

async function createPictures(db: AnyDatabase, engine: Engine): Promise<void> {
  await db.schema
    .createTable('reason_pictures')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('answer_id', 'text', (column) =>
      column.notNull().references('reason_answers.id').onDelete('cascade'),
    )
    .addColumn('jpeg', engine === 'sqlite' ? 'blob' : 'bytea', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('reason_pictures_of_answer')
    .on('reason_pictures')
    .columns(['answer_id'])
    .execute();
}
