/** What clients who are no admins may do with notifications: have browsers of their own told. */
import type { Request } from 'express';
import { AppError } from '#shared/errors.ts';
import type { Access } from '../auth/access.ts';
import type { StoredNotification, StoredTarget } from './notification.ts';
import { isPushService } from './targets/push.ts';

/** The refusal that a notification of another client has too. */
export function noNotification(): AppError {
  return new AppError('notification-not-found', 'There is no notification with this id');
}

/** Judges requests by who makes them. */
export class Ownership {
  readonly #owners: Access['owners'];
  readonly #isPushService: (endpoint: string) => boolean;

  /** @param isKnown whether an endpoint is at a push service that owners may name */
  constructor(owners: Access['owners'], isKnown = isPushService) {
    this.#owners = owners;
    this.#isPushService = isKnown;
  }

  /** The owner of what a request creates; undefined: the gateway. */
  of(request: Request): string | undefined {
    return this.#owners.of(request);
  }

  /** Whether a notification exists for a client: an admin sees all. */
  maySee(request: Request, { owner }: Pick<StoredNotification, 'owner'>): boolean {
    const asking = this.of(request);
    return asking === undefined || asking === owner;
  }

  /**
   * Lets an owner tell its browsers alone: by other targets it could have the gateway call any address.
   * @throws AppError `forbidden`
   */
  expectTarget(request: Request, target: StoredTarget): void {
    if (this.of(request) === undefined) return;
    if (target.kind !== 'push')
      throw new AppError(
        'forbidden',
        'You may have your browser notified. Ask an administrator for the rest.',
      );
    if (!this.#isPushService(target.endpoint))
      throw new AppError(
        'forbidden',
        'This is not the push service of a known browser. Ask an administrator.',
      );
  }
}
