/** The agents there are, in memory as the database has them: a token is checked without a query. */
import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { Store } from '../store/store.ts';
import { lookPauseMs, startWhenReady } from '../store/store-jobs.ts';
import { AgentRepository, type StoredAgent } from './agent-repository.ts';

export interface AgentRegistryOptions {
  store: Store;
  log: Logger;
}

const MAX_AGENTS = 100;
/** `vra_` and 256 random bits: a double click selects all of it. */
const TOKEN_BYTES = 32;
/** An agent that another gateway on the database removed ends here within a second. */
const SHARED_MS = 500;

/** Runs from start to close. */
export class AgentRegistry {
  readonly #options: AgentRegistryOptions;
  readonly #repository: AgentRepository;
  readonly #job: PeriodicJob;
  readonly #events = new EventEmitter<{ change: [] }>();
  #agents: readonly StoredAgent[] | undefined;
  /** Reads so far, and the one that told what is known. */
  #reads = 0;
  #newestRead = 0;

  constructor(options: AgentRegistryOptions) {
    const { store, log } = options;
    this.#options = options;
    this.#repository = new AgentRepository(store);
    this.#job = new PeriodicJob({
      run: () => this.#refresh(),
      onError: (error) => log.debug({ reason: messageOf(error) }, 'agents could not be read'),
      everyMs: lookPauseMs(store, SHARED_MS),
      retryMs: 1000,
    });
  }

  /** Reads them as soon as the database is open. */
  start(): void {
    startWhenReady(this.#options.store, () => this.#job.start());
  }

  async close(): Promise<void> {
    await this.#job.close();
  }

  /** Names of all agents, in their order; empty before they were read. */
  get names(): readonly string[] {
    return (this.#agents ?? []).map(({ name }) => name);
  }

  /** Calls `listener` when there are others. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void {
    this.#events.on('change', listener);
    return () => void this.#events.off('change', listener);
  }

  /** The agent of a token. @throws AppError `unauthorized`, `storage-unavailable` */
  nameOf(token: string): string {
    if (this.#agents === undefined)
      throw new AppError('storage-unavailable', 'Agents could not be read yet', { retryAfter: 1 });
    const hash = hashOf(token);
    const agent = this.#agents.find(({ tokenHash }) => tokenHash === hash);
    if (agent === undefined) throw new AppError('unauthorized', 'This is the token of no agent');
    return agent.name;
  }

  /** Makes an agent. @returns its token, this once @throws AppError `agent-exists`, `too-many-agents`, `storage-*` */
  async create(name: string): Promise<string> {
    if ((await this.#repository.list()).length >= MAX_AGENTS)
      throw new AppError('too-many-agents', `There are ${MAX_AGENTS} agents already`);
    const token = `vra_${randomBytes(TOKEN_BYTES).toString('hex')}`;
    if (!(await this.#repository.insert({ name, tokenHash: hashOf(token) }, Date.now())))
      throw new AppError('agent-exists', `There is an agent ${name} already`, { field: 'name' });
    await this.#refresh();
    this.#options.log.info({ agent: name }, 'agent made');
    return token;
  }

  /** Removes an agent. @throws AppError `agent-not-found`, `storage-*` */
  async remove(name: string): Promise<void> {
    if (!(await this.#repository.remove(name))) throw noAgent(name);
    await this.#refresh();
    this.#options.log.info({ agent: name }, 'agent removed');
  }

  async #refresh(): Promise<void> {
    this.#reads += 1;
    const read = this.#reads;
    const agents = await this.#repository.list();
    // A later read was faster: this one would bring back what was removed meanwhile, or end what was made.
    if (read < this.#newestRead) return;
    this.#newestRead = read;
    const isSame = JSON.stringify(agents) === JSON.stringify(this.#agents);
    this.#agents = agents;
    if (!isSame) this.#events.emit('change');
  }
}

/** The error for a name without an agent. */
function noAgent(name: string): AppError {
  return new AppError('agent-not-found', `There is no agent ${name}`);
}

/** The token has 256 random bits, so that a fast hash is as good as a slow one. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
