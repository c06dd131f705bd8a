/** The life of an agent's process: settings, its worker, signals, stop. */

import { addressEnv } from '#shared/address-settings.ts';
import { AGENT_ENV } from '#shared/agent-link.ts';
import { compileCacheEnv } from '#shared/compile-cache.ts';
import { messageOf } from '#shared/errors.ts';
import { createLogger } from '#shared/logger.ts';
import { pictureEnv } from '#shared/picture-settings.ts';
import { Redactor } from '#shared/redact.ts';
import { EXIT_BAD_SETTINGS } from '#shared/settings.ts';
import { WorkerPool } from '../gateway/supervisor/pool.ts';
import { RunRegistry } from '../gateway/supervisor/run-registry.ts';
import {
  EXIT_SECOND_INSTANCE,
  lockDirectory,
  SecondInstanceError,
} from '../gateway/supervisor/single-instance.ts';
import { RESTART_TIMINGS, SLOT_TIMINGS, type WorkerSpec } from '../gateway/supervisor/worker-spec.ts';
import { completeTarget, type Target, type Terminal } from './ask.ts';
import { type AgentConfig, loadAgentConfig } from './config.ts';

/** The parts of `process` that the agent's life depends on. */
export type AgentProcess = Pick<NodeJS.Process, 'env' | 'exit' | 'on' | 'stderr'> & Terminal;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;
const EXIT_CRASHED = 1;
/** Past this the agent ends what still hangs, milliseconds. */
const CLOSE_DEADLINE_MS = 9000;

/**
 * Runs an agent until a signal ends it; the process exits with its code.
 * @param host the process itself, which only `main.ts` hands out
 */
export async function runAgent(host: AgentProcess): Promise<void> {
  const { config, target, unlock } = await prepare(host);
  const redactor = new Redactor();
  redactor.add(target.token);
  const log = createLogger({
    ...{ name: 'agent', level: config.logLevel, redactor },
    isPretty: config.isPrettyLog,
  });
  const pool = new WorkerPool({
    specs: [workerSpec(config, target)],
    registry: new RunRegistry(`${config.dataDir}/run`, log),
    baseEnv: { ...config.workerEnv, ...compileCacheEnv() },
    redactor,
    log,
  });
  let isEnding = false;
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'agent crashed');
    pool.kill();
    unlock();
    host.exit(EXIT_CRASHED);
  };
  for (const signal of STOP_SIGNALS)
    host.on(signal, () => {
      if (isEnding) return;
      isEnding = true;
      log.info({ signal }, 'agent stops');
      setTimeout(() => {
        pool.kill();
        host.exit(EXIT_CRASHED);
      }, CLOSE_DEADLINE_MS).unref();
      void pool.stop().then(() => {
        unlock();
        host.exit(0);
      }, crash);
    });
  // A listener keeps Node from opening its inspector at SIGUSR1 and from ending at SIGUSR2.
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) host.on(signal, () => {});
  host.on('uncaughtException', crash);
  host.on('unhandledRejection', crash);
  log.info({ gateway: target.url }, 'agent starts; it dials out and opens no port to the network');
  pool.start();
}

interface Preparation {
  config: Readonly<AgentConfig>;
  target: Target;
  unlock: () => void;
}

async function prepare(host: AgentProcess): Promise<Preparation> {
  try {
    const config = loadAgentConfig(host.env, host.stdout.isTTY);
    const target = await completeTarget(config, host);
    return { config, target, unlock: lockDirectory(config.dataDir) };
  } catch (error) {
    host.stderr.write(`${messageOf(error)}\n`);
    return host.exit(error instanceof SecondInstanceError ? EXIT_SECOND_INSTANCE : EXIT_BAD_SETTINGS);
  }
}

/** The same worker as the gateway's own, told to dial out. */
function workerSpec(config: Readonly<AgentConfig>, { url, token }: Target): WorkerSpec {
  return {
    name: 'rtsp',
    entry: new URL('../workers/rtsp/main.ts', import.meta.url),
    ports: { first: 0, last: 0 },
    nodeFlags: ['--expose-gc', '--max-semi-space-size=2', '--heap-growing-percent=100'],
    env: {
      UV_THREADPOOL_SIZE: '8',
      MALLOC_ARENA_MAX: '2',
      ...addressEnv(config.addresses),
      ...pictureEnv(config.maxPixels),
      ...config.recordingEnv,
      [AGENT_ENV.url]: url,
      [AGENT_ENV.token]: token,
    },
    isRequired: true,
    maxRssBytes: config.maxRssBytes,
    timings: SLOT_TIMINGS,
    restart: RESTART_TIMINGS,
  };
}
