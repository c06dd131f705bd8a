/** Composes Moondream: client, questions, daily limit and routes. */
import type { MoondreamReport } from '#shared/contract/moondream.ts';
import type { RouteGroup } from '../http/route.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { CameraFrames } from './camera-frames.ts';
import { CameraQuestions } from './camera-questions.ts';
import { DailyCap, type DailyLedger } from './daily-cap.ts';
import { FrameCache } from './frame-cache.ts';
import { MoondreamClient, type MoondreamClientOptions } from './moondream-client.ts';
import { moondreamRoutes } from './routes.ts';

export interface MoondreamOptions extends MoondreamClientOptions {
  /** MOONDREAM_DAILY_MAX: clients' requests in a UTC day; 0: no limit. */
  dailyMax: number;
  ledger: DailyLedger;
  routing: Pick<CameraRouting, 'resolve'>;
}

/** Nothing to close. */
export interface Moondream {
  /** For `/api/moondream`. */
  routes: RouteGroup;
  /** For watches. */
  questions: CameraQuestions;
  report(): MoondreamReport;
}

/** Builds Moondream; sends nothing before the first question. */
export function createMoondream(options: MoondreamOptions): Moondream {
  const { dailyMax, ledger, routing, redactor } = options;
  const client = new MoondreamClient(options);
  const frameCache = new FrameCache();
  const questions = new CameraQuestions({ frames: new CameraFrames(routing), client, frameCache });
  const cap = new DailyCap({ max: dailyMax, ledger });
  return {
    routes: moondreamRoutes({ client, questions, frameCache, cap, redactor }),
    questions,
    report: () => client.report(),
  };
}
