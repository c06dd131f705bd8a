/**
 * Which paths MediaMTX pulls on demand. The list of live paths does not contain that,
 * and without it an idle camera looks like a broken one.
 */

import type { Clock } from '#shared/clock.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { MediamtxClient } from './client.ts';
import { hasSource, isReady, type MediamtxPath } from './path.ts';

const MAX_AGE_MS = 10 * 60_000;

/** Caches settings entries by name. */
export class OnDemandPaths {
  readonly #client: Pick<MediamtxClient, 'listPathConfigs'>;
  readonly #clock: Clock;
  readonly #log: Logger;
  #byConfName = new Map<string, boolean>();
  #readAt = 0;

  constructor(client: Pick<MediamtxClient, 'listPathConfigs'>, clock: Clock, log: Logger) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
  }

  /** Reads the settings if one of these paths needs them. Never rejects: it is only a label. */
  async refresh(paths: readonly MediamtxPath[], signal?: AbortSignal): Promise<void> {
    const isOld = this.#clock.now() - this.#readAt > MAX_AGE_MS;
    const resting = paths.filter((path) => !isReady(path) && hasSource(path.source));
    if (!resting.some((path) => isOld || this.has(path) === undefined)) return;
    try {
      const { items } = await this.#client.listPathConfigs(signal);
      this.#byConfName = new Map(items.map(({ name, sourceOnDemand }) => [name, sourceOnDemand === true]));
      this.#readAt = this.#clock.now();
    } catch (error) {
      this.#log.debug({ reason: messageOf(error) }, 'path settings of MediaMTX could not be read');
    }
  }

  /** Whether a path is pulled on demand; undefined if not known. */
  has({ name, confName }: MediamtxPath): boolean | undefined {
    return this.#byConfName.get(confName ?? name);
  }

  /** Empties the cache after a restart of the server. */
  forget(): void {
    this.#byConfName.clear();
  }
}
