/** The analysis worker's process: sees motion, persons and faces. Composition only. */
import { setPriority } from 'node:os';
import { config as loadDotenv } from 'dotenv';
import { messageOf } from '#shared/errors.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { EXIT_BAD_SETTINGS } from '#shared/settings.ts';
import { runWorker } from '../host.ts';
import { openAnalysisWorker } from './analysis-worker.ts';
import { type AnalysisWorkerConfig, loadConfig } from './config.ts';
import { loadOnnxDetector } from './detectors/onnx-detector.ts';
import { decodeJpeg, quietFfmpeg } from './media/jpeg-decoder.ts';

/** Nicer than everyone who delivers frames: analysis takes what they leave. */
const PRIORITY = 10;

loadDotenv({ quiet: true });
let config: Readonly<AnalysisWorkerConfig>;
try {
  config = loadConfig(process.env);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(EXIT_BAD_SETTINGS);
}

const redactor = new Redactor();
const log = createLogger({ name: config.host.name, level: config.logLevel, redactor });
redactor.add(config.host.token);
quietFfmpeg();
setPriority(PRIORITY);

await runWorker(process, {
  log,
  start: () =>
    openAnalysisWorker({
      config,
      loadDetector: loadOnnxDetector,
      decode: decodeJpeg,
      redactor,
      log,
    }),
});
