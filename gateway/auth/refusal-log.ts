/** Tells the log who was refused: the first time in a minute in full, then how often. */
import type { IncomingMessage } from 'node:http';
import type { AppError, ErrorCode } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { shownPath } from '../http/request-path.ts';

export interface RefusalLogOptions {
  /** Address of the client; undefined for this machine. */
  clientOf: (request: IncomingMessage) => string | undefined;
  log: Logger;
  /** Unix milliseconds. */
  now?: () => number;
}

/** Refusals that may be an attack, or a limit that is too low. */
const CODES: ReadonlySet<ErrorCode> = new Set([
  'unauthorized',
  'forbidden',
  'forged-request',
  'wrong-host',
  'too-many-requests',
  'too-many-connections',
]);
const WINDOW_MS = 60_000;
/** Most tracked pairs of client and kind; an attack from many addresses must not fill the memory. */
const MAX_KNOWN = 1000;

/** Notes refusals, and no header, query or body of them: a wrong token may be the right one of another place. */
export class RefusalLog {
  readonly #options: RefusalLogOptions;
  readonly #known = new Map<string, { until: number; more: number }>();

  constructor(options: RefusalLogOptions) {
    this.#options = options;
  }

  /** Logs security-relevant refusals, at most once a minute per client. */
  record(request: IncomingMessage, error: AppError): void {
    if (!CODES.has(error.code)) return;
    const { clientOf, log, now = Date.now } = this.#options;
    const client = clientOf(request) ?? 'local';
    const key = `${error.code} ${client}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.until > now()) {
      known.more += 1;
      return;
    }
    this.#known.delete(key);
    if (this.#known.size >= MAX_KNOWN) this.#known.delete(this.#known.keys().next().value as string);
    this.#known.set(key, { until: now() + WINDOW_MS, more: 0 });
    const more = known === undefined || known.more === 0 ? {} : { moreSince: known.more };
    const path = shownPath(request);
    log.warn({ client, code: error.code, method: request.method, path, ...more }, 'request refused');
  }
}
