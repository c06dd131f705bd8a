/** Composes reasoning: providers, questions, history, settings and routes. */
import { PROVIDERS, type ProviderName } from '#shared/contract/reason.ts';
import type { ReasonStatus } from '#shared/contract/reason-provider.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { Redactor } from '#shared/redact.ts';
import { SteadyClock } from '#shared/steady-clock.ts';
import type { PerceptionConfig } from '../config/perception.ts';
import type { Deliveries } from '../deliveries/deliveries.ts';
import { EventRepository } from '../events/event-repository.ts';
import type { RouteGroup } from '../http/route.ts';
import { DailyCap } from '../models/daily-cap.ts';
import { DailyRepository } from '../models/daily-repository.ts';
import { FrameCache } from '../models/frame-cache.ts';
import type { FrameSource } from '../models/frame-source.ts';
import { ModelClient } from '../models/model-client.ts';
import { OPENAI_COMPATIBLE } from '../models/vendor.ts';
import type { Moondream } from '../moondream/moondream.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import { CameraPictures } from './camera-pictures.ts';
import { digestRoute } from './digest-routes.ts';
import { DigestSchedule } from './digest-schedule.ts';
import { Digests } from './digests.ts';
import { HistoryRepository } from './history-repository.ts';
import { historyRoutes } from './history-routes.ts';
import { MoondreamProvider } from './moondream-provider.ts';
import { OpenAiProvider } from './openai-provider.ts';
import type { Provider } from './provider.ts';
import { ProviderChoice } from './provider-choice.ts';
import { ProviderSettings, serverOf } from './provider-settings.ts';
import { ReasonDesk } from './reason-desk.ts';
import { reasonRoutes } from './reason-routes.ts';
import { Reasoner } from './reasoner.ts';
import { SettingsRepository } from './settings-repository.ts';
import { settingsRoutes } from './settings-routes.ts';

export interface ReasoningOptions {
  store: Store;
  secretBox: SecretBox;
  moondream: Pick<Moondream, 'client' | 'cap'>;
  perception: Pick<PerceptionConfig, 'moondream' | 'vlm' | 'reasoning'>;
  frames: FrameSource;
  /** Ids of the cameras that are switched on. */
  cameras: () => readonly string[];
  /** Name of a camera; its id for one that is gone. */
  nameOf: (cameraId: string) => string;
  /** Takes digests. */
  deliveries: Pick<Deliveries, 'outbox' | 'sender'>;
  redactor: Redactor;
  log: Logger;
  /** Pause between two runs of retention, milliseconds. */
  everyMs?: number;
}

/** Reasoning of one gateway. */
export interface Reasoning {
  /** For `/api/reason`. */
  routes: RouteGroup;
  /** Asks cameras, for other parts of the gateway. */
  reasoner: Reasoner;
  /** Asks and keeps the answers, for clients. */
  desk: ReasonDesk;
  choice: ProviderChoice;
  history: HistoryRepository;
  /** For `/health`, from memory. */
  report(): Omit<ReasonStatus, 'providers'> & {
    providers: Omit<ReasonStatus['providers'][number], 'today'>[];
  };
  start(): void;
  /** Call before the store is closed. */
  close(): Promise<void>;
}

const EVERY_MS = 30_000;

/** Builds reasoning; sends nothing before the first question. */
export function createReasoning(options: ReasoningOptions): Reasoning {
  const { store, secretBox, moondream, perception, redactor, log, frames, everyMs = EVERY_MS } = options;
  const { vlm } = perception;
  const { timeoutMs, ratePerSecond } = vlm;
  const server = serverOf('vlm', vlm);
  const client = new ModelClient({ vendor: OPENAI_COMPATIBLE, server, timeoutMs, ratePerSecond, redactor });
  const providers: Provider[] = [new MoondreamProvider(moondream.client), new OpenAiProvider(client)];
  const choice = new ProviderChoice(providers);
  const caps: Record<ProviderName, DailyCap> = {
    moondream: moondream.cap,
    vlm: new DailyCap({ vendor: 'vlm', max: vlm.dailyMax, ledger: new DailyRepository(store, 'vlm') }),
  };
  const settings = new ProviderSettings({
    repository: new SettingsRepository(store, secretBox),
    clients: { moondream: moondream.client, vlm: client },
    choice,
    environment: environmentOf(options),
    log,
  });
  const frameCache = new FrameCache();
  const reasoner = new Reasoner({
    choice,
    pictures: new CameraPictures(frames),
    frameCache,
    spend: (provider) => caps[provider].take(),
  });
  const history = new HistoryRepository(store);
  const desk = new ReasonDesk({ reasoner, history, cameras: options.cameras, redactor, log });
  const report: Reasoning['report'] = () => ({
    configured: providers.some((provider) => provider.client.isConfigured),
    preferred: choice.preferred ?? null,
    providers: providers.map((provider) => ({
      ...provider.client.report(),
      name: provider.name,
      skills: provider.skills,
      source: settings.sourceOf(provider.name),
    })),
  });
  const status = async (): Promise<ReasonStatus> => {
    const { providers: reports, ...rest } = report();
    const today = async ({ name }: { name: ProviderName }) => ({
      asked: await caps[name].used(),
      max: caps[name].max,
    });
    const withToday = reports.map(async (one) => ({ ...one, today: await today(one) }));
    return { ...rest, providers: await Promise.all(withToday) };
  };
  const digests = new Digests({
    ...{ events: new EventRepository(store), history, choice, log, nameOf: options.nameOf },
    spend: (provider) => caps[provider].take(),
  });
  const { digest: times } = perception.reasoning;
  const { deliveries } = options;
  const schedule = times && new DigestSchedule({ times, digests, store, deliveries, log, everyMs });
  const upkeep = upkeepJob({ settings, history, options, everyMs });
  const begin = (): void => {
    upkeep.start();
    schedule?.start();
  };
  return {
    routes: {
      name: 'Reasoning',
      description:
        'Questions to cameras, answered by Moondream or by any server with the API of OpenAI; answers are kept with their pictures.',
      routes: [
        ...reasonRoutes({ desk, redactor }),
        ...historyRoutes({ history, frameCache }),
        ...settingsRoutes({ settings, status, redactor }),
        digestRoute(digests),
      ],
    },
    ...{ reasoner, desk, choice, history, report },
    start: () => startWhenReady(store, begin),
    close: async () => {
      await Promise.all([upkeep.close(), schedule?.close()]);
    },
  };
}

function environmentOf({ perception: { moondream, vlm, reasoning } }: ReasoningOptions) {
  const { apiUrl, apiKey, model } = moondream;
  return {
    moondream: { url: apiUrl, apiKey, model },
    vlm: { url: vlm.url, apiKey: vlm.apiKey, model: vlm.model },
    preferred: PROVIDERS.find((name) => name === reasoning.provider),
  };
}

interface Upkeep {
  settings: ProviderSettings;
  history: HistoryRepository;
  options: ReasoningOptions;
  everyMs: number;
}

/** Deletes old answers, and takes over settings that another gateway on the database changed. */
function upkeepJob({ settings, history, options: { store, perception, log }, everyMs }: Upkeep): PeriodicJob {
  const clock = new SteadyClock();
  return new PeriodicJob({
    run: async (signal) => {
      if (!store.isReady) return;
      await settings.refresh();
      while (!signal.aborted && (await history.prune(perception.reasoning.history, clock.now())) > 0);
    },
    onError: (error) => log.debug({ reason: messageOf(error) }, 'could not look after the answers'),
    everyMs,
  });
}
