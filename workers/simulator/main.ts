/** The simulator's process: cameras that need no hardware. Composition only. */
import { loadEnvFile } from '#shared/env-file.ts';
import { isSupervised } from '../host/config.ts';
import { runWorker } from '../host/host.ts';
import { OOM_SCORE, setOomScore } from '../host/oom-score.ts';
import { prepareWorker } from '../host/prepare.ts';
import { loadConfig } from './config.ts';
import { quietFfmpeg } from './scenes/h264-encoder.ts';
import { openSimulator } from './simulator.ts';

// Under a supervisor .env is not read: it may hold secrets of the gateway.
if (!isSupervised(process.env)) loadEnvFile(process);
setOomScore(OOM_SCORE.simulator);
const { config, redactor, log } = prepareWorker(process, loadConfig);
quietFfmpeg();

await runWorker(process, {
  log,
  start: async () => {
    const { controlPort, rtspPort, ptzPort, urls, close } = await openSimulator({ config, redactor, log });
    log.info({ urls, ptzPort }, 'simulated cameras');
    return { port: controlPort, details: { rtspPort }, close };
  },
});
