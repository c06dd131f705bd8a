/** The index of an archive: one SQLite file in its folder, which is made anew from the files where it is lost. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Begins } from '#shared/contract/recording.ts';
import type { Segment } from '#shared/recording-link.ts';
import {
  LONGEST_CLIP_MS,
  type SegmentKey,
  type SegmentSpan,
  type SegmentStore,
  type SegmentTotals,
} from '#shared/recordings/segment-store.ts';

/** What a clip of an event needs, Unix milliseconds. */
export interface KeptClip {
  cameraId: string;
  /** Of the event. */
  id: string;
  from: number;
  to: number;
  keepUntil: number;
}

type Row = Record<string, number | string>;

/** No camera's folder begins with a point. */
const FILE = '.index.sqlite';
const VERSION = 1;
/** After a power cut the last rows may be missing: the files tell what they were (sqlite.org/pragma.html). */
const SETTINGS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;';
const TABLES = `
  CREATE TABLE IF NOT EXISTS segments (
    camera_id TEXT NOT NULL, file TEXT NOT NULL, begins TEXT NOT NULL, codecs TEXT NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, bytes INTEGER NOT NULL, parts TEXT NOT NULL,
    keep_until INTEGER NOT NULL, PRIMARY KEY (camera_id, file));
  CREATE INDEX IF NOT EXISTS segments_in_time ON segments (camera_id, started_at, ended_at, begins, bytes);
  CREATE INDEX IF NOT EXISTS segments_kept ON segments (keep_until);
  CREATE INDEX IF NOT EXISTS segments_oldest ON segments (started_at);
  CREATE TABLE IF NOT EXISTS clips (
    id TEXT PRIMARY KEY, camera_id TEXT NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL,
    keep_until INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS clips_of_cameras ON clips (camera_id, to_at, from_at);
  PRAGMA user_version = ${VERSION};`;
const OVERLAPPING =
  'FROM segments WHERE camera_id = ? AND started_at < ? AND ended_at > ? ORDER BY started_at';
const IN_CLIP = `EXISTS (SELECT 1 FROM clips c
  WHERE c.camera_id = segments.camera_id AND c.to_at > segments.started_at
    AND c.to_at < segments.ended_at + ${LONGEST_CLIP_MS} AND c.from_at < segments.ended_at)`;

/** From open to close. Queries are short: they run in the thread that calls. */
export class SegmentDatabase implements SegmentStore {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Opens the index; one that cannot be read begins anew. @param folder that exists @throws Error of the disk */
  static open(folder: string): SegmentDatabase {
    const file = join(folder, FILE);
    try {
      return new SegmentDatabase(openTables(file));
    } catch {
      for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
      return new SegmentDatabase(openTables(file));
    }
  }

  close(): void {
    this.#db.close();
  }

  async save(segment: Segment, keepUntil: number): Promise<void> {
    const { cameraId, file, begins, codecs, startedAt, endedAt, bytes, parts } = segment;
    this.#run(
      'INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[cameraId, file, begins, codecs, whole(startedAt), whole(endedAt), bytes, JSON.stringify(parts)],
      whole(keepUntil),
    );
  }

  async spans(cameraId: string, from: number, to: number): Promise<SegmentSpan[]> {
    const rows = this.#all(
      `SELECT begins, started_at, ended_at, bytes ${OVERLAPPING}`,
      ...[cameraId, whole(to), whole(from)],
    );
    return rows.map(toSpan);
  }

  async list(cameraId: string, from: number, to: number, limit: number): Promise<Segment[]> {
    const rows = this.#all(`SELECT * ${OVERLAPPING} LIMIT ?`, cameraId, whole(to), whole(from), limit);
    return rows.map((row) => ({
      ...toSpan(row),
      ...{ cameraId, file: String(row.file), codecs: String(row.codecs) },
      parts: JSON.parse(String(row.parts)) as Segment['parts'],
    }));
  }

  async names(cameraId: string): Promise<string[]> {
    return this.#all('SELECT file FROM segments WHERE camera_id = ?', cameraId).map(({ file }) =>
      String(file),
    );
  }

  async remove(cameraId: string, files: readonly string[]): Promise<void> {
    this.#run(
      'DELETE FROM segments WHERE camera_id = ? AND file IN (SELECT value FROM json_each(?))',
      ...[cameraId, JSON.stringify(files)],
    );
  }

  async totals(): Promise<SegmentTotals[]> {
    const rows = this.#all(
      `SELECT camera_id, min(started_at) AS from_at, max(ended_at) AS to_at, sum(bytes) AS total,
       count(*) AS count FROM segments GROUP BY camera_id ORDER BY camera_id`,
    );
    return rows.map((row) => ({
      ...{ cameraId: String(row.camera_id), from: Number(row.from_at), to: Number(row.to_at) },
      ...{ bytes: Number(row.total), segments: Number(row.count) },
    }));
  }

  async expired(now: number, limit: number): Promise<SegmentKey[]> {
    this.#run('DELETE FROM clips WHERE keep_until < ?', whole(now));
    return this.#keys(`WHERE keep_until < ? AND NOT ${IN_CLIP} LIMIT ?`, whole(now), limit);
  }

  async oldest(limit: number): Promise<SegmentKey[]> {
    const free = this.#keys(`WHERE NOT ${IN_CLIP} ORDER BY started_at LIMIT ?`, limit);
    return free.length > 0 ? free : this.#keys('ORDER BY started_at LIMIT ?', limit);
  }

  async keepFor(cameraId: string, ms: number): Promise<void> {
    this.#run(
      'UPDATE segments SET keep_until = ended_at + ? WHERE camera_id = ? AND keep_until > ended_at',
      ...[whole(ms), cameraId],
    );
  }

  /** What a clip needs stays until its time is over; a clip that is known is replaced. */
  keepClip({ id, cameraId, from, to, keepUntil }: KeptClip): void {
    this.#run(
      'INSERT OR REPLACE INTO clips VALUES (?, ?, ?, ?, ?)',
      ...[id, cameraId, whole(from), whole(to), whole(keepUntil)],
    );
  }

  #keys(condition: string, ...values: SQLInputValue[]): SegmentKey[] {
    return this.#all(`SELECT camera_id, file, bytes FROM segments ${condition}`, ...values).map((row) => ({
      ...{ cameraId: String(row.camera_id), file: String(row.file), bytes: Number(row.bytes) },
    }));
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#db.prepare(sql).run(...values);
  }

  #all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#db.prepare(sql).all(...values) as Row[];
  }
}

/** @throws Error for a file that is no such database */
function openTables(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    db.exec(SETTINGS);
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (version > VERSION) throw new Error(`the index has version ${version}`);
    if (db.prepare('PRAGMA quick_check(1)').get()?.quick_check !== 'ok')
      throw new Error('the index is damaged');
    db.exec(TABLES);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function toSpan(row: Row): SegmentSpan {
  return {
    begins: row.begins as Begins,
    ...{ startedAt: Number(row.started_at), endedAt: Number(row.ended_at), bytes: Number(row.bytes) },
  };
}

/** SQLite keeps integers of 64 bits; the latest time of all is no more than JavaScript counts exactly. */
function whole(ms: number): number {
  return Math.min(Math.round(ms), Number.MAX_SAFE_INTEGER);
}
