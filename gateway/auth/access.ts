/** Builds access: who may do what, sign-in, rate limits. */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { AuthConfig } from '../config/auth.ts';
import type { RouteGroup } from '../http/route.ts';
import type { RouteTable } from '../http/route-table.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';
import { Authenticator } from './authenticator.ts';
import { createDoor, type Door } from './door.ts';
import { EndedSessions } from './ended-sessions.ts';
import { Gate } from './gate.ts';
import { KeyRing } from './keys/key-ring.ts';
import { keyRoutes } from './keys/key-routes.ts';
import { pairingRoutes } from './keys/pairing-routes.ts';
import { Owners } from './owners.ts';
import type { Principal } from './principal.ts';
import { rateLimits } from './rate-limits.ts';
import { RefusalLog } from './refusal-log.ts';
import { authRoutes, renewSession } from './routes.ts';
import { SharedSignIns } from './shared-sign-ins.ts';

export interface AccessOptions {
  config: AuthConfig;
  dataDir: string;
  table: RouteTable;
  store: Store;
  /** Seals what digest authentication needs of keys. */
  secretBox: SecretBox;
  redactor: Redactor;
  log: Logger;
}

/** Access of one gateway. */
export interface Access {
  authenticator: Authenticator;
  gate: Gate;
  /** For servers other than HTTP. */
  door: Door;
  /** Whose stored things are. */
  owners: Owners;
  routes: readonly RouteGroup[];
  /** Signs the path of a picture: the link works for a week without a session, and opens nothing else. */
  linkTo(path: string): string;
  /** Judges every HTTP request before its route. */
  admission(): RequestHandler[];
  /** To be called with every refused request. */
  onRefused(request: IncomingMessage, error: AppError): void;
  start(): void;
  /** Call before the store is closed. */
  close(): Promise<void>;
}

/** Builds access. @throws Error when a token cannot be read or made */
export function createAccess(options: AccessOptions): Access {
  const { config, dataDir, table, store, secretBox, redactor, log } = options;
  const authenticator = new Authenticator({ config, dataDir });
  redactor.add(authenticator.apiToken);
  redactor.add(config.viewerToken);
  const gate = new Gate(authenticator, table);
  const refusals = new RefusalLog({ clientOf: (request) => gate.clientOf(request), log });
  const endedSessions = new EndedSessions({ sessions: authenticator.sessions, store, log });
  const { tickets, guesses } = authenticator;
  const shared = new SharedSignIns({ tickets, guesses, store, log });
  const keys = new KeyRing({ known: authenticator.keys, store, box: secretBox, log });
  const mayOpen = (principal: Principal, path: string) => gate.permits(principal, 'GET', path);
  return {
    authenticator,
    gate,
    door: createDoor(authenticator, secretBox),
    owners: new Owners({
      keys: authenticator.keys,
      secret: authenticator.secret,
      hasProxy: config.proxy !== undefined,
    }),
    routes: [authRoutes({ authenticator, mayOpen }), keyRoutes({ keys }), pairingRoutes({ keys })],
    linkTo: (path) => `${path}?ticket=${authenticator.tickets.ofLink(path)}`,
    admission: () => [gate.middleware(), renewSession(authenticator), ...rateLimits(config.limits, table)],
    onRefused: (request, error) => refusals.record(request, error),
    start: () => {
      endedSessions.start();
      shared.start();
      keys.start();
    },
    close: async () => {
      await Promise.all([endedSessions.close(), shared.close(), keys.close()]);
    },
  };
}
