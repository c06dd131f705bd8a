/** Builds the analysis worker; `main.ts` runs it. */
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { RunningWorker } from '../host/host.ts';
import { AnalysisSet } from './camera/analysis-set.ts';
import { TrackNumbers } from './camera/tracker.ts';
import type { AnalysisWorkerConfig } from './config.ts';
import { DetectorSet, type DetectorSetOptions } from './detectors/detector-set.ts';
import { InferenceQueue, type InferenceQueueOptions } from './detectors/inference-queue.ts';
import { FrameLinks } from './frames/frame-links.ts';
import { fetchStill } from './frames/still-pictures.ts';
import { Results } from './results.ts';
import { openServer } from './server.ts';

export interface AnalysisWorkerOptions {
  config: Readonly<AnalysisWorkerConfig>;
  loadDetector: DetectorSetOptions['load'];
  decode: InferenceQueueOptions['decode'];
  redactor: Redactor;
  log: Logger;
}

/** Starts it; models load while it already serves. @throws the `listen` error */
export async function openAnalysisWorker(options: AnalysisWorkerOptions): Promise<RunningWorker> {
  const { config, loadDetector, decode, redactor, log } = options;
  const greeting = () => ({ type: 'health' as const, detectors: detectors.health() });
  const results = new Results(greeting, log);
  const detectors = new DetectorSet({
    models: { person: config.personModel, face: config.faceModel },
    load: loadDetector,
    onChange: () => results.notify(greeting()),
    log,
  });
  const inference = new InferenceQueue({ detectors: detectors.ready, decode, log });
  const links = new FrameLinks(log);
  const analyses = new AnalysisSet({
    subscribe: (from, request, deliver) => links.subscribe(from, request, deliver),
    fetchStill,
    inference,
    numbers: new TrackNumbers(),
    notify: (message) => results.notify(message),
    fps: config.fps,
    log,
  });
  const server = await openServer({
    config,
    analyses,
    inference,
    results,
    detectors: () => detectors.health(),
    redactor,
    log,
  });
  void detectors.load();
  return {
    port: server.port,
    close: async () => {
      analyses.close();
      await Promise.all([server.close(), inference.close()]);
    },
  };
}
