/** Binds the gateway's port; waits briefly for an exiting predecessor. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Exit code of a gateway whose port is taken (sysexits.h, EX_UNAVAILABLE). */
export const EXIT_PORT_UNAVAILABLE = 69;

const RETRY_MS = 250;
/** A Replit re-run starts the new gateway before the old one has exited. */
const GIVE_UP_MS = 5000;

/** The port stays taken. Never replaced silently: the platform maps this port. */
export class PortUnavailableError extends Error {
  constructor(port: number) {
    super(`Port ${port} is in use; stop what listens there, or set PORT to another`);
    this.name = 'PortUnavailableError';
  }
}

/** Listens, retrying for some seconds. Returns the bound port. @throws PortUnavailableError */
export async function listen(
  server: Server,
  { host, port, giveUpMs = GIVE_UP_MS }: { host: string; port: number; giveUpMs?: number },
): Promise<number> {
  const deadline = performance.now() + giveUpMs;
  for (;;) {
    const error = await tryListen(server, host, port);
    if (error === undefined) return (server.address() as AddressInfo).port;
    if (error.code !== 'EADDRINUSE') throw error;
    if (performance.now() > deadline) throw new PortUnavailableError(port);
    await delay(RETRY_MS);
  }
}

function tryListen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const settle = (error?: NodeJS.ErrnoException): void => {
      server.off('error', settle).off('listening', settle);
      resolve(error);
    };
    server.once('error', settle).once('listening', settle).listen(port, host);
  });
}
