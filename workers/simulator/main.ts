/** The simulator's process: four cameras that need no hardware. Composition only. */
import { config as loadDotenv } from 'dotenv';
import { runWorker } from '../host.ts';
import { prepareWorker } from '../prepare.ts';
import { loadConfig } from './config.ts';
import { quietFfmpeg } from './scenes/encoder.ts';
import { openSimulator } from './simulator.ts';

loadDotenv({ quiet: true });
const { config, redactor, log } = prepareWorker(process, loadConfig);
quietFfmpeg();

await runWorker(process, {
  log,
  start: async () => {
    const { controlPort, rtspPort, urls, close } = await openSimulator({ config, redactor, log });
    log.info({ urls }, 'simulated cameras');
    return { port: controlPort, details: { rtspPort }, close };
  },
});
