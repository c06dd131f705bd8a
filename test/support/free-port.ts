/** TCP ports for processes that must be told theirs. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems hand out by themselves (ip(7)), and those of the supervisor's tests. */
const FIRST = 12_000;
const LANE_PORTS = 2500;
/** The RTSP workers of a gateway take the ports from the one it is told, `PORT_SPAN` of them. */
const DISTANCE = 20;

/** Tests that run side by side, as lanes, look in ranges of their own: see `test/lanes.ts`. */
const start = FIRST + Number(process.env.TEST_LANE ?? 0) * LANE_PORTS;
let next = Math.floor(Math.random() * LANE_PORTS);

/** A TCP port that was free a moment ago, outside the range that the system assigns from. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = start + next;
    next = (next + DISTANCE) % LANE_PORTS;
    if (await isFree(port)) return port;
  }
}

/** Whether a TCP port of this machine can be listened on. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
