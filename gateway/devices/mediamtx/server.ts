/** One MediaMTX server: its paths as devices, the cameras that it carries, and how it is. */

import type { Clock } from '#shared/clock.ts';
import type { Logger } from '#shared/logger.ts';
import type { DeviceRepository } from '../device-repository.ts';
import { MediamtxClient } from './client.ts';
import { authOf, type MediamtxAuth } from './http.ts';
import type { Ownership } from './managed-path.ts';
import { type ManagedCameras, MediamtxManager, type MediamtxManagerReport } from './manager.ts';
import { MediamtxPulse } from './pulse.ts';
import { MediamtxSync, type MediamtxSyncReport } from './sync.ts';
import { whepBase, whepUrlOfPath } from './whep-url.ts';

export interface MediamtxServerOptions {
  /** Control API; user information in it becomes basic authentication. */
  apiUrl: string;
  auth?: MediamtxAuth | undefined;
  /** Base of its WebRTC server; undefined: port 8889 of the API's host, null: WebRTC is off. */
  webrtcUrl?: string | null | undefined;
  /** Its name in device keys, `{server}:{path}`; any but `gateway`. */
  server: string;
  /** Paths with this prefix are not listed. */
  excludePrefix?: string | undefined;
  /** Whether it carries the cameras of the registry, and under which names. */
  manage?: (Ownership & { isOnDemand: boolean }) | undefined;
  /** The cameras that it shall carry; undefined unless managed. */
  managedCameras?: ManagedCameras | undefined;
  repository: DeviceRepository;
  /** Whether this gateway reads and changes it, and no other on the database. */
  isOurTurn: () => Promise<boolean>;
  clock: Clock;
  log: Logger;
  /** Called when it begins or ends to answer, and after its paths changed. */
  onChange: () => void;
}

/** How one server is. */
export interface MediamtxReports {
  server: string;
  sync: MediamtxSyncReport;
  manager: MediamtxManagerReport | undefined;
}

/** Runs from start to close. A server that is away disturbs no other. */
export class MediamtxServer {
  readonly name: string;
  readonly #base: string | null;
  readonly #prefix: string | undefined;
  readonly #sync: MediamtxSync;
  readonly #manager: MediamtxManager | undefined;
  readonly #pulse: MediamtxPulse;

  constructor(options: MediamtxServerOptions) {
    const { apiUrl, auth, webrtcUrl, server, excludePrefix, manage } = options;
    const { repository, isOurTurn, clock, log } = options;
    const client = new MediamtxClient({ url: apiUrl, auth });
    this.name = server;
    this.#prefix = manage?.prefix;
    this.#base = webrtcUrl === null ? null : whepBase(apiUrl, webrtcUrl);
    const cameraOf = (name: string): string | undefined => this.#manager?.cameraOf(name);
    const parts = { client, repository, isOurTurn, clock, log };
    this.#sync = new MediamtxSync({ ...parts, server, whepBase: this.#base, excludePrefix, cameraOf });
    this.#manager = this.#managerFor(options, client);
    this.#sync.onSeen((seen) => this.#manager?.observe(seen));
    // After a restart of MediaMTX all paths are others, and those that the gateway made are gone.
    const onRestart = (): void => {
      this.#manager?.forget();
      this.#sync.runNow();
    };
    this.#pulse = new MediamtxPulse({ client, clock, onRestart, onChange: options.onChange });
  }

  start(): void {
    for (const job of this.#jobs()) job.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.#jobs().map((job) => job.close()));
  }

  reports(): MediamtxReports {
    return { server: this.name, sync: this.#sync.report(), manager: this.#manager?.report() };
  }

  /** Where a camera can be watched here now; undefined where it cannot. */
  whepUrlOf(cameraId: string): string | undefined {
    const isCarried = this.#manager?.carries(cameraId) === true && !this.#pulse.isAway;
    if (!isCarried || this.#base === null) return undefined;
    return whepUrlOfPath(this.#base, `${this.#prefix}${cameraId}`);
  }

  #jobs() {
    return [this.#sync, this.#pulse, ...(this.#manager === undefined ? [] : [this.#manager])];
  }

  #managerFor(
    { manage, managedCameras, isOurTurn, clock, log, onChange }: MediamtxServerOptions,
    client: MediamtxClient,
  ): MediamtxManager | undefined {
    if (manage === undefined || managedCameras === undefined) return undefined;
    return new MediamtxManager({
      client,
      cameras: managedCameras,
      ownership: { prefix: manage.prefix, owner: manage.owner },
      isOnDemand: manage.isOnDemand,
      isOurTurn,
      clock,
      log,
      onApplied: () => {
        this.#sync.runNow();
        onChange();
      },
    });
  }
}

/** What must not be logged of a server's settings. */
export function secretOf(settings: { apiUrl: string; auth?: MediamtxAuth | undefined }): string | undefined {
  const auth = settings.auth ?? authOf(new URL(settings.apiUrl));
  return auth?.kind === 'bearer' ? auth.token : auth?.password;
}
