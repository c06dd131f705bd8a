/** The simulator's process: four cameras that need no hardware. Composition only. */
import { config as loadDotenv } from 'dotenv';
import { messageOf } from '#shared/errors.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { EXIT_BAD_SETTINGS } from '#shared/settings.ts';
import { runWorker } from '../host.ts';
import { loadConfig, type SimulatorConfig } from './config.ts';
import { quietFfmpeg } from './scenes/encoder.ts';
import { openSimulator } from './simulator.ts';

loadDotenv({ quiet: true });
let config: Readonly<SimulatorConfig>;
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

await runWorker(process, {
  log,
  start: async () => {
    const { controlPort, rtspPort, urls, close } = await openSimulator({ config, redactor, log });
    log.info({ urls }, 'simulated cameras');
    return { port: controlPort, details: { rtspPort }, close };
  },
});
