/** What owners of notifications may be told: the cameras that they may see now. */
import type { Access } from '../auth/access.ts';
import type { Happening } from './notification.ts';

/** Asks for the rights of owners. */
export class Sight {
  readonly #owners: Access['owners'];

  constructor(owners: Access['owners']) {
    this.#owners = owners;
  }

  /** Whether what an owner may see cannot be told yet. @param owner undefined: the gateway */
  isUnknown(owner: string | undefined): boolean {
    return owner !== undefined && this.#owners.rightsOf(owner).state === 'unknown';
  }

  /** Whether an owner may be told now; while its rights are unknown they are checked before sending. */
  mayTell(owner: string | undefined, { cameraId }: Pick<Happening, 'cameraId'>): boolean {
    if (owner === undefined) return true;
    const rights = this.#owners.rightsOf(owner);
    if (rights.state !== 'valid') return rights.state === 'unknown';
    // What concerns no camera concerns those who may see all.
    return rights.cameras === undefined || (cameraId !== null && rights.cameras.has(cameraId));
  }
}
