/** Start of every worker process: settings, log, redaction. */
import { messageOf } from '#shared/errors.ts';
import { createLogger, type Logger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { type Environment, EXIT_BAD_SETTINGS } from '#shared/settings.ts';
import type { HostConfig } from './config.ts';

/** Files are owner-only, those of libraries too. */
const UMASK = 0o077;

/** A worker before it starts. */
export interface PreparedWorker<C> {
  config: C;
  redactor: Redactor;
  log: Logger;
}

/**
 * Reads the settings; with bad ones the process exits with {@link EXIT_BAD_SETTINGS} and names the variable.
 * @param host the process itself, which only a `main` file passes on
 */
export function prepareWorker<C extends { host: HostConfig; logLevel: string }>(
  host: Pick<NodeJS.Process, 'env' | 'exit' | 'stderr' | 'umask'>,
  loadConfig: (env: Environment) => C,
): PreparedWorker<C> {
  host.umask(UMASK);
  const config = load(host, loadConfig);
  const redactor = new Redactor();
  redactor.add(config.host.token);
  return {
    config,
    redactor,
    log: createLogger({ name: config.host.name, level: config.logLevel, redactor }),
  };
}

function load<C>(
  host: Pick<NodeJS.Process, 'env' | 'exit' | 'stderr'>,
  loadConfig: (env: Environment) => C,
): C {
  try {
    return loadConfig(host.env);
  } catch (error) {
    host.stderr.write(`${messageOf(error)}\n`);
    return host.exit(EXIT_BAD_SETTINGS);
  }
}
