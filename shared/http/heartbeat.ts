/** Detects vanished WebSocket clients (RFC 6455 section 5.5.2). */
import type { WebSocket } from 'ws';

/** Two of these detect a dead client within 30 s, milliseconds. */
export const HEARTBEAT_MS = 12_000;
/** A pause that was longer than this many is one in which the process itself stood still. */
const LATE = 1.1;

export interface HeartbeatOptions {
  /** Pause between pings, milliseconds. */
  everyMs?: number | undefined;
  /** Whether to cut the client off; by default if it missed the previous ping. */
  isGone?: (hasAnswered: boolean) => boolean;
}

/** Pings a client until its socket closes; cuts it off when it is gone. */
export function keepAlive(
  socket: WebSocket,
  { everyMs = HEARTBEAT_MS, isGone = (hasAnswered) => !hasAnswered }: HeartbeatOptions = {},
): void {
  let hasAnswered = true;
  socket.on('pong', () => {
    hasAnswered = true;
  });
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const pausedMs = performance.now() - lookedAt;
    lookedAt += pausedMs;
    // Answers may wait unread, or the ping itself: the next look tells.
    if (pausedMs > LATE * everyMs) return;
    if (isGone(hasAnswered)) return socket.terminate();
    hasAnswered = false;
    socket.ping();
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
