/** Ways between gateways on one database: each opens a door for the others, tells them where it is, and finds theirs. */
import { formatHost } from '#shared/contract/source/address.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import { DoorRepository } from './door-repository.ts';
import { PeerDoor, type PeerDoorOptions } from './peer-door.ts';
import { type PeerSocket, PeerSockets } from './peer-sockets.ts';

export interface GatewayDoorsOptions extends Omit<PeerDoorOptions, 'sockets'> {
  store: Pick<Store, 'db' | 'whenReady'>;
  box: Pick<SecretBox, 'seal' | 'open'>;
  /** Name of this gateway. */
  name: string;
  /** Host at which other gateways reach the door. */
  advertisedHost: string;
  log: Logger;
}

/** Another gateway. */
export interface OtherDoor {
  /** Of the gateway. */
  name: string;
  /** Such as `http://10.0.0.7:8090`. */
  origin: string;
  token: string;
}

const ANNOUNCE_MS = 20_000;
const RETRY_MS = 1000;
/** A gateway that did not announce itself for so many milliseconds is gone. */
const GONE_AFTER_MS = 3 * ANNOUNCE_MS;

/** From the first need to close. */
export class GatewayDoors {
  readonly #options: GatewayDoorsOptions;
  readonly #repository: DoorRepository;
  readonly #sockets: PeerSockets;
  readonly #job: PeriodicJob;
  #opening: Promise<PeerDoor> | undefined;
  #way: string | undefined;
  #isFailing = false;
  /** What others sealed, opened. */
  #known: ReadonlyMap<string, OtherDoor> = new Map();

  constructor(options: GatewayDoorsOptions) {
    const { store, name, log } = options;
    this.#options = options;
    this.#repository = new DoorRepository(store, name);
    this.#sockets = new PeerSockets(log);
    this.#job = new PeriodicJob({
      run: () => this.#announce(),
      onError: (error) => {
        if (!this.#isFailing)
          log.warn({ reason: messageOf(error) }, 'other gateways are not told where this one is');
        this.#isFailing = true;
      },
      everyMs: ANNOUNCE_MS,
      retryMs: RETRY_MS,
    });
  }

  /** Opens the door, or gives the open one. @throws Error when its port is taken */
  open(): Promise<PeerDoor> {
    const { host, port, linkOf, pictures } = this.#options;
    this.#opening ??= PeerDoor.open({ host, port, linkOf, pictures, sockets: this.#sockets });
    this.#opening.catch(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Takes WebSockets of other gateways at a path, and tells them of the door once the store is ready. */
  offer(path: string, take: (socket: PeerSocket) => void): void {
    this.#sockets.offer(path, take);
    startWhenReady(this.#options.store, () => this.#job.start());
  }

  /** The doors of the other gateways. @throws AppError `storage-*` */
  async others(): Promise<OtherDoor[]> {
    const rows = await this.#repository.others(GONE_AFTER_MS);
    const doors = rows.flatMap(({ gateway, way }) => {
      const door = this.#known.get(way) ?? this.#read(gateway, way);
      return door === undefined ? [] : [[way, door] as const];
    });
    this.#known = new Map(doors);
    return doors.map(([, door]) => door);
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#job.close();
    const door = await this.#opening?.catch(() => undefined);
    if (this.#way !== undefined) await this.#repository.withdraw(this.#way).catch(() => {});
    await door?.close();
  }

  async #announce(): Promise<void> {
    const { box, advertisedHost: host } = this.#options;
    const { port, token } = await this.open();
    // Sealing the same again gives another text.
    this.#way ??= box.seal(JSON.stringify({ host, port, token }));
    await this.#repository.announce(this.#way);
    this.#isFailing = false;
  }

  #read(name: string, way: string): OtherDoor | undefined {
    try {
      const { host, port, token } = JSON.parse(this.#options.box.open(way));
      return { name, origin: `http://${formatHost(host)}:${port}`, token };
    } catch {
      // It was sealed with another SECRET_KEY.
      return undefined;
    }
  }
}
