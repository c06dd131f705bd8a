/** A client that changes things all the time, and remembers what was acknowledged. */
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '#shared/errors.ts';
import { waitFor } from '../../support/wait-for.ts';
import { api } from './api.ts';

const PAUSE_MS = 200;
const MOST_WATCHES = 10;
/** A change is seen at every gateway by then; two shared cores may be slow. */
const SEEN_EVERYWHERE_MS = 10_000;
const NEVER_MS = 24 * 3_600_000;

/** What a client was told, and what it does not know because no answer came. */
class Expectation<T> {
  /** Undefined: absent. */
  acknowledged: T | undefined;
  /** False before the first answer: then anything may be. */
  isKnown = false;
  /** Tried since, without an answer. */
  possible: (T | undefined)[] = [];

  isMet(value: T | undefined): boolean {
    return !this.isKnown || value === this.acknowledged || this.possible.includes(value);
  }
}

/** What became of the writes. */
export interface WriteReport {
  acknowledged: number;
  refused: number;
  /** Why a write was refused last; empty: none was. */
  lastRefusal: string;
  /** What is not as it was acknowledged, in words. */
  lost: string[];
}

/** From its making to stop. */
export class Writer {
  readonly #origins: readonly string[];
  readonly #cameras: readonly string[];
  /** Names of cameras, by id. */
  readonly #names = new Map<string, Expectation<string>>();
  /** Prompts of watches, by id. */
  readonly #prompts = new Map<string, Expectation<string>>();
  readonly #prefix = `w${Date.now()}`;
  readonly #running: Promise<void>;
  #isStopped = false;
  #turn = 0;
  #acknowledged = 0;
  #refused = 0;
  #lastRefusal = '';

  /** @param origins gateways, one after the other when one fails @param cameras whose names are changed */
  constructor(origins: readonly string[], cameras: readonly string[]) {
    this.#origins = origins;
    this.#cameras = cameras;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** Compares what gateways say with what was acknowledged, then removes what was added. */
  async check(origins: readonly string[]): Promise<WriteReport> {
    let lost: string[] = [];
    const isKept = async () => {
      lost = (await Promise.all(origins.map((origin) => this.#lostAt(origin)))).flat();
      return lost.length === 0;
    };
    await waitFor(isKept, { timeoutMs: SEEN_EVERYWHERE_MS }).catch(() => {});
    await this.#clean();
    return { acknowledged: this.#acknowledged, refused: this.#refused, lastRefusal: this.#lastRefusal, lost };
  }

  async #lostAt(origin: string): Promise<string[]> {
    const cameras: { id: string; name: string }[] = await api(origin, '/api/cameras');
    const watches: { id: string; prompt: string }[] = await api(origin, '/api/watches');
    const names = new Map(cameras.map(({ id, name }) => [id, name]));
    const prompts = new Map(watches.map(({ id, prompt }) => [id, prompt]));
    const kinds = [[this.#names, names] as const, [this.#prompts, prompts] as const];
    return kinds.flatMap(([expected, found]) =>
      [...expected].flatMap(([id, expectation]) =>
        expectation.isMet(found.get(id))
          ? []
          : [`${origin}: ${id} is ${found.get(id)}, not ${expectation.acknowledged}`],
      ),
    );
  }

  async #run(): Promise<void> {
    const writes = [() => this.#create(), () => this.#rename(), () => this.#watch(), () => this.#rename()];
    for (let turn = 0; !this.#isStopped; turn += 1) {
      try {
        await writes[turn % writes.length]?.();
        if (turn % 16 === 15) await this.#remove();
        this.#acknowledged += 1;
      } catch (error) {
        this.#refused += 1;
        this.#lastRefusal = messageOf(error);
        this.#turn += 1;
      }
      await delay(PAUSE_MS);
    }
  }

  async #create(): Promise<void> {
    const id = `${this.#prefix}-${this.#acknowledged}-${this.#refused}`;
    const camera = { id, name: id, url: 'rtsp://10.72.1.2:8554/1', enabled: false };
    await this.#expect(this.#names, id, id, () => this.#call('/api/cameras', 'POST', camera));
  }

  async #rename(): Promise<void> {
    const number = this.#acknowledged + this.#refused;
    const id = this.#cameras[number % this.#cameras.length] as string;
    const name = `${id} as of ${number}`;
    await this.#expect(this.#names, id, name, () => this.#call(`/api/cameras/${id}`, 'PATCH', { name }));
  }

  async #watch(): Promise<void> {
    const prompt = `Is this ${this.#prefix}-${this.#acknowledged}-${this.#refused}?`;
    const [id] = [...this.#prompts.keys()].slice(-1);
    if (id !== undefined && this.#prompts.size >= MOST_WATCHES)
      return this.#expect(this.#prompts, id, prompt, () =>
        this.#call(`/api/watches/${id}`, 'PATCH', { prompt }),
      );
    const watch = { cameraId: this.#cameras[0], skill: 'query', prompt, everyMs: NEVER_MS, condition: 'yes' };
    const made = await this.#call('/api/watches', 'POST', { ...watch, enabled: false });
    await this.#expect(this.#prompts, made.id, prompt, async () => {});
  }

  async #remove(): Promise<void> {
    const [id] =
      [...this.#names].find(([, { acknowledged }]) => acknowledged?.startsWith(this.#prefix)) ?? [];
    if (id === undefined) return;
    await this.#expect(this.#names, id, undefined, () => this.#call(`/api/cameras/${id}`, 'DELETE'));
    this.#acknowledged += 1;
  }

  async #expect(
    all: Map<string, Expectation<string>>,
    id: string,
    value: string | undefined,
    write: () => Promise<unknown>,
  ): Promise<void> {
    const expectation = all.get(id) ?? new Expectation<string>();
    all.set(id, expectation);
    expectation.possible.push(value);
    await write();
    expectation.acknowledged = value;
    expectation.isKnown = true;
    expectation.possible = [];
  }

  async #call(path: string, method: string, body?: object) {
    return api(this.#origins[this.#turn % this.#origins.length] as string, path, method, body);
  }

  async #clean(): Promise<void> {
    const [origin = ''] = this.#origins;
    const added = [...this.#names.keys()].filter((id) => !this.#cameras.includes(id));
    const paths = [...this.#prompts.keys()].map((id) => `/api/watches/${id}`);
    for (const path of [...paths, ...added.map((id) => `/api/cameras/${id}`)])
      await api(origin, path, 'DELETE').catch(() => {});
  }
}
