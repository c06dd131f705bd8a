/**
 * Which paths MediaMTX pulls only while somebody watches. The list of live paths does not
 * tell, and without it a resting camera looks like a broken one.
 */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Clock } from '../../jobs/clock.ts';
import type { MediamtxClient } from './client.ts';
import { hasSource, isReady, type MediamtxPath } from './path.ts';

const MAX_AGE_MS = 10 * 60_000;

/** Remembers settings entries by name, and asks again only when it must. */
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

  /** Reads the settings again if one of these paths needs them. Never rejects: it is a label only. */
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

  /** Whether a path is pulled on demand; undefined where that is not known. */
  has({ name, confName }: MediamtxPath): boolean | undefined {
    return this.#byConfName.get(confName ?? name);
  }

  /** For a server that was restarted: its settings may be others. */
  forget(): void {
    this.#byConfName.clear();
  }
}
