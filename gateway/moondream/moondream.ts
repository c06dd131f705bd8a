/** Composes Moondream: client, questions, daily limit and routes. */
import type { ModelServerReport } from '#shared/contract/model-server.ts';
import type { Redactor } from '#shared/redact.ts';
import type { RouteGroup } from '../http/route.ts';
import { DailyCap, type DailyLedger } from '../models/daily-cap.ts';
import { FrameCache } from '../models/frame-cache.ts';
import type { FrameSource } from '../models/frame-source.ts';
import { ModelClient, type ModelServer } from '../models/model-client.ts';
import { MOONDREAM } from '../models/vendor.ts';
import { CameraQuestions } from './camera-questions.ts';
import { moondreamRoutes } from './routes.ts';

/** Where Moondream is, as it was set. */
export interface MoondreamSettings {
  /** MOONDREAM_API_URL, without a trailing slash; undefined: the cloud. */
  apiUrl: string | undefined;
  /** MOONDREAM_API_KEY; required by the cloud, optional for other servers. */
  apiKey: string | undefined;
  /** MOONDREAM_MODEL: default `model` of requests. */
  model: string | undefined;
}

export interface MoondreamOptions extends MoondreamSettings {
  /** MOONDREAM_TIMEOUT_MS. */
  timeoutMs: number;
  /** MOONDREAM_RATE: requests per second of this gateway. */
  ratePerSecond: number;
  /** MOONDREAM_DAILY_MAX: clients' requests in a UTC day; 0: no limit. */
  dailyMax: number;
  ledger: DailyLedger;
  frames: FrameSource;
  redactor: Redactor;
}

/** Nothing to close. */
export interface Moondream {
  /** For `/api/moondream`. */
  routes: RouteGroup;
  /** For watches. */
  questions: CameraQuestions;
  client: ModelClient;
  /** Limit of clients' questions. */
  cap: DailyCap;
  report(): ModelServerReport;
}

const CLOUD_URL = 'https://api.moondream.ai/v1';
const CLOUD_HOST = 'api.moondream.ai';

/** Builds Moondream; sends nothing before the first question. */
export function createMoondream(options: MoondreamOptions): Moondream {
  const { dailyMax, ledger, frames, redactor, timeoutMs, ratePerSecond } = options;
  const server = moondreamServer(options);
  const client = new ModelClient({ vendor: MOONDREAM, server, timeoutMs, ratePerSecond, redactor });
  const frameCache = new FrameCache();
  const questions = new CameraQuestions({ frames, client, frameCache });
  const cap = new DailyCap({ vendor: MOONDREAM.code, max: dailyMax, ledger });
  return {
    routes: moondreamRoutes({ client, questions, frameCache, cap, redactor }),
    questions,
    client,
    cap,
    report: () => client.report(),
  };
}

/** The server of these settings; none without a key for the cloud. */
export function moondreamServer({ apiUrl = CLOUD_URL, apiKey, model }: MoondreamSettings): ModelServer {
  const isUsable = apiKey !== undefined || new URL(apiUrl).hostname !== CLOUD_HOST;
  return { url: isUsable ? apiUrl : undefined, apiKey, model };
}
