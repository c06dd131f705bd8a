/** The analysis worker's process. Composition only. */
import { setPriority } from 'node:os';
import { loadEnvFile } from '#shared/env-file.ts';
import { isSupervised } from '../host/config.ts';
import { runWorker } from '../host/host.ts';
import { OOM_SCORE, setOomScore } from '../host/oom-score.ts';
import { prepareWorker } from '../host/prepare.ts';
import { openAnalysisWorker } from './analysis-worker.ts';
import { loadConfig } from './config.ts';
import { createDetectorLoader } from './detectors/load-detector.ts';
import { decodeJpeg, quietFfmpeg } from './frames/jpeg-decoder.ts';

/** Lower priority than the workers that deliver frames. */
const PRIORITY = 10;

// The .env file may hold secrets of the gateway, which this worker must not have.
if (!isSupervised(process.env)) loadEnvFile(process);
setOomScore(OOM_SCORE.analysis);
const { config, redactor, log } = prepareWorker(process, loadConfig);
quietFfmpeg();
setPriority(PRIORITY);

await runWorker(process, {
  log,
  start: () =>
    openAnalysisWorker({
      config,
      loadDetector: createDetectorLoader(),
      decode: decodeJpeg,
      redactor,
      log,
    }),
});
