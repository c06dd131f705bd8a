/** The logger of every process: pino JSON lines on stdout, redacted as text on their way out. */
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Redactor } from './redact.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Who speaks: `gateway`, `rtsp-0`, `simulator`. */
  name: string;
  /** pino level; `silent` for tests. */
  level: string;
  redactor: Redactor;
  /** Where lines go; stdout by default. */
  write?: (line: string) => void;
}

/** Fields whose value is a secret; URLs are masked by the redactor instead, since their host is worth logging. */
const SECRET_KEYS = ['password', 'authorization', 'cookie', 'token'];

/** Creates a logger whose every line passes the redactor. */
export function createLogger({ name, level, redactor, write }: LoggerOptions): Logger {
  const out = write ?? ((line: string) => void process.stdout.write(line));
  const destination: DestinationStream = { write: (line) => out(redactor.redact(line)) };
  return pino(
    {
      name,
      level,
      base: { name },
      redact: {
        paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: '***',
      },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}
