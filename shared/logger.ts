/** The logger of every process: pino JSON lines on stdout, redacted as text on their way out. */
import type { Writable } from 'node:stream';
import { type DestinationStream, type Logger, pino } from 'pino';
import { LogOutput } from './log-output.ts';
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
  const out = write ?? writeTo(process.stdout, name);
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

/** Lines to a stream; how many it lost is a line of the same form. */
function writeTo(stream: Writable, name: string): (line: string) => void {
  const describeLoss = (lost: number): string =>
    `${JSON.stringify({ level: pino.levels.values.warn, time: new Date().toISOString(), name, lost, msg: 'log lines were lost' })}\n`;
  const output = new LogOutput(stream, describeLoss);
  return (line) => output.write(line);
}
