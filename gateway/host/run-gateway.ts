/** The life of the gateway's process: settings, lock, start; signals; stop. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compileCacheEnv, saveCompileCache } from '#shared/compile-cache.ts';
import { messageOf } from '#shared/errors.ts';
import { trimQuietHeap } from '#shared/heap.ts';
import { createLogger, type Logger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { EXIT_BAD_SETTINGS, SettingsError } from '#shared/settings.ts';
import { type GatewayConfig, loadConfig } from '../config/config.ts';
import { withSecretFiles } from '../config/secret-files.ts';
import { recordReads, unknownSettings } from '../config/unknown-settings.ts';
import type { OpenGateway } from '../gateway.ts';
import { RecentWarnings } from '../health/recent-warnings.ts';
import type { FrontDoor } from '../http/front-door.ts';
import { EXIT_PORT_UNAVAILABLE, PortUnavailableError } from '../http/listen.ts';
import { closeDataFolder } from '../store/data-folder.ts';
import type { WorkerPool } from '../supervisor/pool.ts';
import { EXIT_SECOND_INSTANCE, lockDirectory, SecondInstanceError } from '../supervisor/single-instance.ts';
import { createPool } from '../worker-specs.ts';
import { bannerLines } from './banner.ts';
import { openDoor } from './open-door.ts';

/** The parts of `process` that the gateway's life depends on. */
export type GatewayProcess = Pick<NodeJS.Process, 'env' | 'exit' | 'getuid' | 'on' | 'stderr' | 'stdout'>;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;
/** A listener keeps Node from opening its inspector at SIGUSR1 and from ending at SIGUSR2. */
const HARMLESS_SIGNALS = ['SIGUSR1', 'SIGUSR2'] as const;
const EXIT_CRASHED = 1;
const EXIT_SECOND_SIGNAL = 130;
/** Past this the gateway ends what still hangs. */
const CLOSE_DEADLINE_MS = 9000;
/** Ctrl-C reaches this process twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 500;

/**
 * Runs the gateway until a signal ends it; the process exits with its code.
 * @param host the process itself, which only `main.ts` hands out
 */
export async function runGateway(host: GatewayProcess): Promise<void> {
  const { config, unlock, warnings } = prepare(host);
  const redactor = new Redactor();
  const recentWarnings = new RecentWarnings();
  const log = createLogger({
    ...{ name: 'gateway', level: config.logLevel, redactor },
    isPretty: config.isPrettyLog,
    onLine: (line) => recentWarnings.take(line),
  });
  for (const warning of warnings) log.warn(warning);
  const life = new GatewayLife(host, { log, unlock });
  for (const signal of STOP_SIGNALS) host.on(signal, () => life.end(signal));
  for (const signal of HARMLESS_SIGNALS) host.on(signal, () => {});
  // Without a listener a terminal that is gone would end the process.
  host.stderr.on('error', () => {});
  host.on('uncaughtException', (error) => life.crash(error));
  host.on('unhandledRejection', (error) => life.crash(error));
  try {
    const workerEnv = { ...config.workerEnv, ...compileCacheEnv() };
    const pool = createPool({ config: { ...config, workerEnv }, redactor, log });
    const door = await openDoor(config);
    life.gateway = { kill: () => pool.kill(), close: () => closeStarting(pool, door) };
    // Workers load beside the gateway.
    pool.start();
    await pool.whenSpawned();
    const { openGateway } = await loadGateway();
    if (life.isEnding) return;
    const print = (line: string): void => void host.stderr.write(`${line}\n`);
    const risks = risksOfProcess(host, config.dataDir);
    const access = config.isPrettyLog ? {} : { print };
    const gateway = await openGateway({
      config,
      pool,
      door,
      redactor,
      log,
      recentWarnings,
      risks,
      ...access,
    });
    life.gateway = gateway;
    if (config.isPrettyLog)
      for (const line of await bannerLines({ config, port: gateway.port, facts: gateway.facts() }))
        print(line);
  } catch (error) {
    log.fatal(messageOf(error));
    life.gateway?.kill();
    unlock();
    host.exit(exitCodeOf(error));
  }
  saveCompileCache();
  trimQuietHeap();
}

/** Rooms with the largest libraries first, each in a piece of its own. */
const PIECES: readonly (() => Promise<unknown>)[] = [
  () => import('../http/app.ts'),
  () => import('../store/store.ts'),
  () => import('../cameras/cameras.ts'),
  () => import('../sockets/sockets.ts'),
  () => import('../auth/access.ts'),
  () => import('../camera-streams/camera-streams.ts'),
  () => import('../devices/devices.ts'),
  () => import('../deliveries/deliveries.ts'),
  () => import('../reasoning/reasoning.ts'),
];
/** Turns of the event loop in which a connection is accepted, its request read and answered. */
const TURNS_OF_A_REQUEST = 4;

/** Loads the gateway in pieces: while one loads no event is handled, and probes shall not wait for all of them. */
async function loadGateway(): Promise<typeof import('../gateway.ts')> {
  for (const load of PIECES) {
    await load();
    for (let turn = 0; turn < TURNS_OF_A_REQUEST; turn += 1) await nextTurn();
  }
  return import('../gateway.ts');
}

async function closeStarting(pool: WorkerPool, door: FrontDoor): Promise<void> {
  await Promise.all([pool.stop(), door.close()]);
}

interface Preparation {
  config: Readonly<GatewayConfig>;
  unlock: () => void;
  /** About the settings. */
  warnings: string[];
}

function prepare(host: GatewayProcess): Preparation {
  try {
    const { env, names } = recordReads(withSecretFiles(host.env));
    const config = loadConfig(env, undefined, host.stdout.isTTY);
    return { config, unlock: lockDirectory(config.dataDir), warnings: unknownSettings(host.env, names) };
  } catch (error) {
    host.stderr.write(`${messageOf(error)}\n`);
    return host.exit(exitCodeOf(error));
  }
}

/** Ends the process: in order, or immediately after a crash. */
class GatewayLife {
  /** What there is to end; while it loads that is its port and its workers. */
  gateway: Pick<OpenGateway, 'close' | 'kill'> | undefined;
  readonly #host: GatewayProcess;
  readonly #log: Logger;
  readonly #unlock: () => void;
  #endingSince: number | undefined;

  constructor(host: GatewayProcess, { log, unlock }: { log: Logger; unlock: () => void }) {
    this.#host = host;
    this.#log = log;
    this.#unlock = unlock;
  }

  get isEnding(): boolean {
    return this.#endingSince !== undefined;
  }

  /** Stops in order; a second signal does not wait. */
  end(signal: string): void {
    if (this.#endingSince !== undefined) {
      if (performance.now() - this.#endingSince < SAME_SIGNAL_MS) return;
      this.#kill(EXIT_SECOND_SIGNAL);
    }
    this.#endingSince = performance.now();
    this.#log.info({ signal }, 'gateway stops');
    setTimeout(() => this.#kill(EXIT_CRASHED), CLOSE_DEADLINE_MS).unref();
    void Promise.resolve(this.gateway?.close()).then(
      () => {
        this.#unlock();
        this.#log.info('gateway stopped');
        this.#host.exit(0);
      },
      (error: unknown) => this.crash(error),
    );
  }

  /** The state is unknown: workers must not outlive the gateway; a supervisor above starts it again. */
  crash(error: unknown): void {
    this.#log.fatal({ err: error }, 'gateway crashed');
    this.#unlock();
    this.#kill(EXIT_CRASHED);
  }

  #kill(code: number): void {
    this.gateway?.kill();
    this.#host.exit(code);
  }
}

/** Startup warnings about how this process was started. */
function risksOfProcess(host: GatewayProcess, dataDir: string): string[] {
  const isRoot = host.getuid?.() === 0;
  return [
    closeDataFolder(dataDir) ?? [],
    isRoot
      ? 'the gateway runs as root, which it does not need (in a container that may be as it is meant)'
      : [],
  ].flat();
}

function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsError) return EXIT_BAD_SETTINGS;
  if (error instanceof SecondInstanceError) return EXIT_SECOND_INSTANCE;
  return error instanceof PortUnavailableError ? EXIT_PORT_UNAVAILABLE : EXIT_CRASHED;
}
