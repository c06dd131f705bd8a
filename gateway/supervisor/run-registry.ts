/** Which processes belong to this data directory, so that the next gateway finds those a killed one left behind. */
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

/** A process in uninterruptible sleep may take longer; its port is then taken by another one's worker. */
const REAP_MS = 3000;
const REAP_POLL_MS = 20;

/** Files `<slot>.json` in one directory. */
export class RunRegistry {
  readonly #directory: string;
  readonly #log: Logger;
  #reaping: Promise<number[]> | undefined;

  /** @param directory made if it is not there */
  constructor(directory: string, log: Logger) {
    this.#directory = directory;
    this.#log = log;
  }

  /** Remembers a process that was just started. A full or read-only disk costs only this safety net. */
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

  /** Forgets a process that has ended. */
  forget(slot: string): void {
    this.#attempt(() => rmSync(this.#fileOf(slot), { force: true }));
  }

  /**
   * Kills what an earlier gateway left behind, only where start time and command
   * line both match, and waits until it is gone; done once, however often it is asked for.
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
      this.#log.warn({ pid, port }, 'a worker of an earlier gateway is killed');
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

/** The start time alone tells: a process that is ending has lost its command line before it frees its port. */
function isThere({ pid, startTime }: RunRecord): boolean {
  return startTimeOf(pid) === startTime;
}
