/** Keeps a session from its time-out in every way that cameras look for: requests and receiver reports. */

/** Where no answer of the session names one (RFC 2326 section 12.37), seconds. */
const DEFAULT_TIMEOUT_S = 60;
const MIN_INTERVAL_MS = 500;
/** Receiver reports are due about every 5 s (RFC 3550 section 6.2). */
const REPORT_INTERVAL_MS = 5000;

/** What a camera has shown of itself in earlier sessions. */
export interface KeepAliveHabits {
  /** It hung up instead of answering GET_PARAMETER. */
  refusesGetParameter: boolean;
}

/** How a session is kept alive. */
export interface KeepAliveOptions {
  /** Value of `Public`: the methods that the camera names. */
  methods: string;
  /** Longest pause between requests, milliseconds. */
  maxIntervalMs: number;
  habits: KeepAliveHabits;
  request(method: string): Promise<unknown>;
  report(): void;
}

/** The keep-alive of one session. */
export class KeepAlive {
  #timeoutS: number | undefined;
  #timers: NodeJS.Timeout[] = [];
  #methods: string[] = [];
  #habits: KeepAliveHabits | undefined;
  readonly #pending = new Set<string>();

  /** Takes the `Session` header of an answer: the shortest time-out that was ever named counts. */
  noteTimeout(session: string | undefined): void {
    const seconds = Number(/timeout\s*=\s*"?(\d+)/i.exec(session ?? '')?.[1]);
    if (seconds > 0) this.#timeoutS = Math.min(seconds, this.#timeoutS ?? seconds);
  }

  /** Starts with the playing. OPTIONS counts with all cameras, GET_PARAMETER alone with some. */
  start({ methods, maxIntervalMs, habits, request, report }: KeepAliveOptions): void {
    this.#habits = habits;
    const takesGetParameter = /\bGET_PARAMETER\b/i.test(methods) && !habits.refusesGetParameter;
    this.#methods = [...(takesGetParameter ? ['GET_PARAMETER'] : []), 'OPTIONS'];
    const half = ((this.#timeoutS ?? DEFAULT_TIMEOUT_S) * 1000) / 2;
    const intervalMs = Math.max(MIN_INTERVAL_MS, Math.min(maxIntervalMs, half));
    this.#timers = [
      setInterval(() => this.#beat(request), intervalMs),
      setInterval(report, Math.min(intervalMs, REPORT_INTERVAL_MS)),
    ];
  }

  /** Ends it; a request without answer is remembered as the reason. */
  close(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    if (this.#habits !== undefined && this.#pending.has('GET_PARAMETER'))
      this.#habits.refusesGetParameter = true;
  }

  #beat(request: (method: string) => Promise<unknown>): void {
    for (const method of this.#methods) {
      if (this.#pending.has(method)) continue;
      this.#pending.add(method);
      request(method)
        .catch(() => {
          // Cameras continue to play after any answer; OPTIONS stays, since all of them must support it.
          this.#methods = this.#methods.filter((other) => other !== method || method === 'OPTIONS');
        })
        .finally(() => {
          if (this.#timers.length > 0) this.#pending.delete(method);
        });
    }
  }
}
