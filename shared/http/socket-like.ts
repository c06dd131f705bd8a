/** Lets Node's HTTP client and server use any duplex stream in place of a socket. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Gives a stream the methods of a socket that `node:http` calls. Those for the kernel do nothing; the
 * idle time-out works as of `net.Socket`: `timeout` after so many milliseconds without a byte.
 */
export function asSocket(stream: Duplex): Socket {
  const idle = new IdleTimer(stream);
  const same = (): Duplex => stream;
  return Object.assign(stream, {
    setNoDelay: same,
    setKeepAlive: same,
    ref: same,
    unref: same,
    setTimeout: (ms: number, onTimeout?: () => void) => {
      idle.set(ms);
      if (onTimeout !== undefined) stream.once('timeout', onTimeout);
      return stream;
    },
  }) as unknown as Socket;
}

/** Says `timeout` on a stream that was idle. */
class IdleTimer {
  readonly #stream: Duplex;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    const refresh = (): void => void this.#timer?.refresh();
    const push = stream.push.bind(stream);
    stream.push = (chunk, encoding) => {
      refresh();
      return push(chunk, encoding);
    };
    const write = stream._write.bind(stream);
    stream._write = (chunk, encoding, done) => {
      refresh();
      write(chunk, encoding, done);
    };
    stream.once('close', () => clearTimeout(this.#timer));
  }

  set(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (ms > 0) this.#timer = setTimeout(() => this.#stream.emit('timeout'), ms).unref();
  }
}
