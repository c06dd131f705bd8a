/** The logger of every process: redacted lines on stdout, JSON of pino or for people. */
import type { Writable } from 'node:stream';
import { type DestinationStream, type Logger, pino } from 'pino';
import { LogOutput } from './log-output.ts';
import { prettyLine } from './pretty-log.ts';
import type { Redactor } from './redact.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Name of the process: `gateway`, `rtsp-0`, `simulator`. */
  name: string;
  /** pino level; `silent` for tests. */
  level: string;
  redactor: Redactor;
  /** Default: JSON. */
  isPretty?: boolean;
  /** Called with every redacted line of JSON. */
  onLine?: (line: string) => void;
  /** Destination; stdout by default. */
  write?: (line: string) => void;
}

/** Fields with secret values; URLs are masked by the redactor instead, since their host is worth logging. */
const SECRET_KEYS = ['password', 'authorization', 'cookie', 'token'];

/** Creates a logger that redacts every line. */
export function createLogger(options: LoggerOptions): Logger {
  const { name, level, redactor, isPretty = false, write, onLine } = options;
  const out = write ?? writeTo(process.stdout, name);
  const hasColors = isPretty && write === undefined && process.stdout.isTTY && process.stdout.hasColors();
  const shape = isPretty ? (line: string) => prettyLine(line, hasColors) : (line: string) => line;
  const destination: DestinationStream = {
    write: (line) => {
      const redacted = redactor.redact(line);
      onLine?.(redacted);
      out(shape(redacted));
    },
  };
  return pino(
    {
      name,
      level,
      base: { name },
      redact: {
        paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: '***',
      },
      serializers: { err: errorFacts },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}

/** An error without its stack where the stack says nothing: refusals and faults of the system have a code. */
function errorFacts(error: Error): object {
  const { stack, ...facts } = pino.stdSerializers.err(error);
  const isExpected = typeof (error as { code?: unknown } | null)?.code === 'string';
  return isExpected || stack === undefined ? facts : { ...facts, stack };
}

/** Writes lines to a stream; dropped lines are reported by a line of the same form. */
function writeTo(stream: Writable, name: string): (line: string) => void {
  const describeLoss = (lost: number): string =>
    `${JSON.stringify({ level: pino.levels.values.warn, time: new Date().toISOString(), name, lost, msg: 'log lines were lost' })}\n`;
  let output: LogOutput | undefined;
  return (line) => {
    // A logger that says nothing adds no listeners to the stream.
    output ??= new LogOutput(stream, describeLoss);
    output.write(line);
  };
}
