/** Which processes belong to this data directory, so that the next gateway finds those a killed one left behind. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Files `<slot>.json` in one directory. */
export class RunRegistry {
  readonly #directory: string;
  readonly #log: Logger;

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

  /** Kills what an earlier gateway left behind: only where start time and command line both match. @returns pids */
  reapOrphans(): number[] {
    return this.#files().flatMap((file) => {
      const record = this.#read(file);
      this.#attempt(() => rmSync(file, { force: true }));
      if (record === undefined || startTimeOf(record.pid) !== record.startTime) return [];
      const command = commandOf(record.pid);
      // setpriv replaces itself by node after the start: the worker's file is what both command lines end with.
      if (command === undefined || !record.command.endsWith(command)) return [];
      this.#log.warn({ pid: record.pid, port: record.port }, 'a worker of an earlier gateway is killed');
      this.#attempt(() => process.kill(-record.pid, 'SIGKILL'));
      return [record.pid];
    });
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

  #read(file: string): z.infer<typeof recordSchema> | undefined {
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
