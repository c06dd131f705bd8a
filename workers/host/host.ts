/**
 * The life of a worker process: start, announce readiness, and end when asked, when
 * signalled, or when the supervisor is gone.
 */

import { flushCompileCache } from 'node:module';
import type { Socket } from 'node:net';
import { messageOf } from '#shared/errors.ts';
import { trimQuietHeap } from '#shared/heap.ts';
import type { Logger } from '#shared/logger.ts';
import { EXIT_BAD_SETTINGS, SettingsError } from '#shared/settings.ts';
import {
  EXIT_PARENT_LOST,
  EXIT_PORT_TAKEN,
  type ReadyMessage,
  stopMessageSchema,
} from '#shared/worker-protocol.ts';
import { HandedSockets } from './handed-sockets.ts';

/** A serving worker. */
export interface RunningWorker {
  /** Its HTTP port. */
  port: number;
  /** Further ports, by name. */
  details?: Record<string, number>;
  /** Serves connections that the supervisor hands over; absent where it hands over none. */
  accept?(connection: Socket): void;
  /** Serves on until others do its work; absent where no others can. */
  handOver?(): Promise<void>;
  /** Stops serving and frees everything; called once. */
  close(): Promise<void>;
}

/** The used part of `process`. */
export type HostProcess = Pick<NodeJS.Process, 'on' | 'exit' | 'send' | 'connected' | 'stdout'>;

/** Time for a graceful end before the process exits anyway. */
const CLOSE_DEADLINE_MS = 3000;
const EXIT_CRASHED = 1;
/** Fills Node's compile cache even if this process is killed later. */
const SAVE_AFTER_MS = 10_000;

/**
 * Runs a worker until it ends; the process exits with a code of the worker protocol.
 * @param host the process itself, which only a `main` file passes on
 */
export async function runWorker(
  host: HostProcess,
  { log, start }: { log: Logger; start: () => Promise<RunningWorker> },
): Promise<void> {
  let running: RunningWorker | undefined;
  let ending = false;
  const isSupervised = host.send !== undefined;

  const end = (code: number, reason: string): void => {
    if (ending) return;
    ending = true;
    log.info({ reason, code }, 'worker stops');
    void Promise.resolve(running?.handOver?.())
      .then(() => {
        setTimeout(() => host.exit(code), CLOSE_DEADLINE_MS).unref();
        return running?.close();
      })
      .catch((error: unknown) => log.error({ err: error }, 'closing failed'))
      .finally(() => host.exit(code));
  };
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'worker crashed');
    host.exit(EXIT_CRASHED);
  };

  host.on('SIGTERM', () => end(0, 'SIGTERM'));
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
    host.on(signal, () => {
      // A terminal signals the whole process group; under a supervisor only its own stop message counts.
      if (!isSupervised) end(0, signal);
    });
  }
  // A listener keeps Node from opening its inspector at SIGUSR1 and from ending at SIGUSR2.
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) host.on(signal, () => {});
  host.on('disconnect', () => end(EXIT_PARENT_LOST, 'supervisor is gone'));
  const sockets = new HandedSockets({
    accept: (connection) =>
      running?.accept === undefined ? connection.destroy() : running.accept(connection),
    send: (message) => host.connected && host.send?.(message),
  });
  host.on('message', (message: unknown, handle: unknown) => {
    if (stopMessageSchema.safeParse(message).success) end(0, 'asked to stop');
    else sockets.onMessage(message, handle);
  });
  host.on('uncaughtException', crash);
  host.on('unhandledRejection', crash);
  host.stdout.on('error', () => {
    // Under a supervisor stdout is a pipe to it: a broken one means that it is gone.
    if (isSupervised) end(EXIT_PARENT_LOST, 'the supervisor does not read stdout');
  });

  try {
    running = await start();
  } catch (error) {
    const code = exitCodeOf(error);
    // The supervisor tries the next port: nothing is wrong yet.
    if (code === EXIT_PORT_TAKEN && isSupervised) log.info({ reason: messageOf(error) }, 'port is taken');
    else log.fatal({ err: error }, `worker cannot start: ${messageOf(error)}`);
    host.exit(code);
    return;
  }
  const ready: ReadyMessage = { type: 'ready', port: running.port, details: running.details ?? {} };
  host.send?.(ready);
  setTimeout(() => flushCompileCache(), SAVE_AFTER_MS).unref();
  trimQuietHeap();
  log.info({ port: running.port, ...running.details }, 'worker is ready');
}

function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsError) return EXIT_BAD_SETTINGS;
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? EXIT_PORT_TAKEN : EXIT_CRASHED;
}
