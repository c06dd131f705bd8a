/** Records the processes of a data directory, so that the next gateway finds orphans. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { commandOf, startTimeOf } from './process-identity.ts';

const recordSchema = z.object({
  pid: z.number().int().positive(),
  startTime: z.string(),
  command: z.string(),
  instance: z.string(),
  port: z.number(),
});

type RunRecord = z.infer<typeof recordSchema>;

/** A process in uninterruptible sleep may take longer; the slot then moves to another port. */
const REAP_MS = 3000;
const REAP_POLL_MS = 20;

/** One `<slot>.json` file per process in one directory. */
export class RunRegistry {
  readonly #directory: string;
  readonly #log: Logger;
  #reaping: Promise<number[]> | undefined;

  /** @param directory created if missing */
  constructor(directory: string, log: Logger) {
    this.#directory = directory;
    this.#log = log;
  }

  /** Records a started process. A full or read-only disk costs only this safety net. */
  record(slot: string, { pid, instance, port }: { pid: number; instance: string; port: number }): void {
    const startTime = startTimeOf(pid);
    const command = commandOf(pid);
    if (startTime === undefined || command === undefined) return;
    this.#attempt(() => {
      mkdirSync(this.#directory, { recursive: true });
      writeFileSync(this.#fileOf(slot), JSON.stringify({ pid, startTime, command, instance, port }), {
        mode: 0o600,
      });
    });
  }

  /** Removes the record of an exited process. */
  forget(slot: string): void {
    this.#attempt(() => rmSync(this.#fileOf(slot), { force: true }));
  }

  /**
   * Kills orphans of an earlier gateway if start time and command line both match,
   * and waits until they are gone. Runs only once.
   * @returns pids
   */
  reapOrphans(): Promise<number[]> {
    this.#reaping ??= this.#reap();
    return this.#reaping;
  }

  async #reap(): Promise<number[]> {
    const orphans = this.#files().flatMap((file) => {
      const record = this.#read(file);
      this.#attempt(() => rmSync(file, { force: true }));
      return record !== undefined && isSameProcess(record) ? [record] : [];
    });
    for (const { pid, port } of orphans) {
      this.#log.warn({ pid, port }, 'killing a worker of an earlier gateway');
      this.#attempt(() => process.kill(-pid, 'SIGKILL'));
    }
    const deadline = performance.now() + REAP_MS;
    while (orphans.some(isThere) && performance.now() < deadline) await delay(REAP_POLL_MS);
    return orphans.map(({ pid }) => pid);
  }

  #fileOf(slot: string): string {
    return join(this.#directory, `${slot}.json`);
  }

  #files(): string[] {
    try {
      return readdirSync(this.#directory)
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(this.#directory, name));
    } catch {
      return [];
    }
  }

  #read(file: string): RunRecord | undefined {
    try {
      return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      return undefined;
    }
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#log.debug({ reason: messageOf(error) }, 'run registry');
    }
  }
}

function isSameProcess(record: RunRecord): boolean {
  const current = commandOf(record.pid);
  // setpriv replaces itself by node after the start: both command lines end with the worker's file.
  return isThere(record) && current !== undefined && current !== '' && record.command.endsWith(current);
}

/** Compares only start times: an exiting process loses its command line before it frees its port. */
function isThere({ pid, startTime }: RunRecord): boolean {
  return startTimeOf(pid) === startTime;
}
