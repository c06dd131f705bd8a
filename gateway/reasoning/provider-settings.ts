/** Which servers are asked: those of the environment, else those that were set up in the page. */
import type { ProviderName } from '#shared/contract/reason.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { ModelClient, ModelServer } from '../models/model-client.ts';
import { moondreamServer } from '../moondream/moondream.ts';
import type { ProviderChoice } from './provider-choice.ts';
import type { SettingsRepository, StoredServer, StoredSettings } from './settings-repository.ts';

/** One provider's server; absent members are not set. */
export interface ServerSettings {
  url?: string | undefined;
  apiKey?: string | undefined;
  model?: string | undefined;
}

export interface ProviderSettingsOptions {
  repository: SettingsRepository;
  clients: Record<ProviderName, ModelClient>;
  choice: ProviderChoice;
  /** Of the environment. */
  environment: Record<ProviderName, ServerSettings> & { preferred: ProviderName | undefined };
  log: Logger;
}

/** Where a provider was set up. */
export type SettingsSource = 'environment' | 'page' | 'none';

const OPENAI_URL = 'https://api.openai.com/v1';

/** The server that settings mean; without a URL it is not asked. */
export function serverOf(provider: ProviderName, { url, apiKey, model }: ServerSettings): ModelServer {
  if (provider === 'moondream') return moondreamServer({ apiUrl: url, apiKey, model });
  const base = url ?? (apiKey === undefined ? undefined : OPENAI_URL);
  return { url: model === undefined ? undefined : base, apiKey, model };
}

/** Keeps the clients at the servers that are set. */
export class ProviderSettings {
  readonly #options: ProviderSettingsOptions;
  #stored: StoredSettings = {};

  constructor(options: ProviderSettingsOptions) {
    this.#options = options;
    options.choice.preferred = options.environment.preferred;
  }

  /** Reads what is stored: another gateway may have changed it. */
  async refresh(): Promise<void> {
    try {
      this.#use(await this.#options.repository.load());
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'storage-unavailable') throw error;
      this.#options.log.warn({ reason: messageOf(error) }, 'cannot read the stored settings of providers');
    }
  }

  /** Changes one provider, or which is preferred; undefined removes it. @throws AppError `set-by-environment`, `storage-*` */
  async change(
    changes: Partial<Record<ProviderName, StoredServer | undefined>> & {
      preferred?: ProviderName | undefined;
    },
  ): Promise<void> {
    for (const name of Object.keys(changes)) this.#expectFree(name as ProviderName | 'preferred');
    const next = { ...(await this.#options.repository.load()), ...changes };
    await this.#options.repository.save(next);
    this.#use(next);
  }

  sourceOf(provider: ProviderName): SettingsSource {
    if (isSet(this.#options.environment[provider])) return 'environment';
    return this.#stored[provider] === undefined ? 'none' : 'page';
  }

  /** Which provider is asked first. */
  get preferred(): ProviderName | undefined {
    return this.#options.choice.preferred;
  }

  get isPreferenceFixed(): boolean {
    return this.#options.environment.preferred !== undefined;
  }

  /** The settings in use. */
  of(provider: ProviderName): ServerSettings {
    const fixed = this.#options.environment[provider];
    return isSet(fixed) ? fixed : (this.#stored[provider] ?? {});
  }

  #use(stored: StoredSettings): void {
    const { clients, choice, environment } = this.#options;
    this.#stored = stored;
    choice.preferred = environment.preferred ?? stored.preferred;
    for (const [name, client] of Object.entries(clients) as [ProviderName, ModelClient][]) {
      const server = serverOf(name, this.of(name));
      if (!isSame(server, client.server)) client.use(server);
    }
  }

  #expectFree(name: ProviderName | 'preferred'): void {
    const isFixed = name === 'preferred' ? this.isPreferenceFixed : this.sourceOf(name) === 'environment';
    if (isFixed)
      throw new AppError('set-by-environment', `${name} is set by the environment of the gateway`, {
        field: name,
      });
  }
}

function isSet({ url, apiKey, model }: ServerSettings): boolean {
  return url !== undefined || apiKey !== undefined || model !== undefined;
}

function isSame(a: ModelServer, b: ModelServer): boolean {
  return a.url === b.url && a.apiKey === b.apiKey && a.model === b.model;
}
