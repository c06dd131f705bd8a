/** The gateway's process. Imports the gateway only after the compile cache is on. */
import { config as loadDotenv } from 'dotenv';
<<<<<<< HEAD
import { enableCompileCache } from './host/compile-cache.ts';
=======
import { messageOf } from '#shared/errors.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { EXIT_BAD_SETTINGS, SettingsError } from '#shared/settings.ts';
import { type GatewayConfig, loadConfig } from './config/config.ts';
import { withSecretFiles } from './config/secret-files.ts';
import { createPool, type OpenGateway, openGateway } from './gateway.ts';
import { EXIT_PORT_UNAVAILABLE, PortUnavailableError } from './http/listen.ts';
import { closeDataFolder } from './store/data-folder.ts';
import { EXIT_SECOND_INSTANCE, lockDirectory, SecondInstanceError } from './supervisor/single-instance.ts';

const EXIT_CRASHED = 1;
const EXIT_SECOND_SIGNAL = 130;
/** Past this the gateway ends whatever still hangs. */
const CLOSE_DEADLINE_MS = 9000;
/** Ctrl-C reaches this process twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 500;
>>>>>>> 05bc416 (config: read secret files where the process starts)

/** Files are for their owner alone, those of libraries too. */
const UMASK = 0o077;

process.umask(UMASK);
loadDotenv({ quiet: true });
<<<<<<< HEAD
enableCompileCache(process.env);
const { runGateway } = await import('./host/run-gateway.ts');
await runGateway(process);
=======
let config: Readonly<GatewayConfig>;
let unlock: () => void;
try {
  config = loadConfig(withSecretFiles(process.env));
  unlock = lockDirectory(config.dataDir);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(exitCodeOf(error));
}

const redactor = new Redactor();
const log = createLogger({ name: 'gateway', level: config.logLevel, redactor });
let gateway: OpenGateway | undefined;
let endingSince: number | undefined;

process.on('SIGTERM', () => end('SIGTERM'));
process.on('SIGINT', () => end('SIGINT'));
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

try {
  const pool = createPool({ config, redactor, log });
  const print = (line: string): void => void process.stderr.write(`${line}\n`);
  gateway = await openGateway({ config, pool, redactor, log, print, risks: risksOfProcess(config.dataDir) });
} catch (error) {
  log.fatal(messageOf(error));
  unlock();
  process.exit(exitCodeOf(error));
}

/** What stands open through how this process was started rather than through its settings. */
function risksOfProcess(dataDir: string): string[] {
  const isRoot = process.getuid?.() === 0;
  return [
    closeDataFolder(dataDir) ?? [],
    isRoot
      ? 'the gateway runs as root, which it does not need (in a container that may be as it is meant)'
      : [],
  ].flat();
}

function end(signal: string): void {
  if (endingSince !== undefined) {
    if (performance.now() - endingSince < SAME_SIGNAL_MS) return;
    gateway?.kill();
    process.exit(EXIT_SECOND_SIGNAL);
  }
  endingSince = performance.now();
  log.info({ signal }, 'gateway stops');
  setTimeout(() => {
    gateway?.kill();
    process.exit(EXIT_CRASHED);
  }, CLOSE_DEADLINE_MS).unref();
  void Promise.resolve(gateway?.close()).then(() => {
    unlock();
    log.info('gateway stopped');
    process.exit(0);
  }, crash);
}

/** The state is unknown: workers must not outlive us, and whoever started us starts us again. */
function crash(error: unknown): void {
  log.fatal({ err: error }, 'gateway crashed');
  gateway?.kill();
  unlock();
  process.exit(EXIT_CRASHED);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsError) return EXIT_BAD_SETTINGS;
  if (error instanceof SecondInstanceError) return EXIT_SECOND_INSTANCE;
  return error instanceof PortUnavailableError ? EXIT_PORT_UNAVAILABLE : EXIT_CRASHED;
}
>>>>>>> 05bc416 (config: read secret files where the process starts)
