/** The gateway's process. Imports the gateway only after the compile cache is on. */
import { enableCompileCache } from '#shared/compile-cache.ts';
import { loadEnvFile } from '#shared/env-file.ts';
import { EXIT_BAD_SETTINGS } from '#shared/settings.ts';
import { missingRequirement } from './host/requirements.ts';

/** Files are for their owner alone, those of libraries too. */
const UMASK = 0o077;

process.umask(UMASK);
const missing = missingRequirement(process);
if (missing !== undefined) {
  process.stderr.write(`${missing}\n`);
  process.exit(EXIT_BAD_SETTINGS);
}
loadEnvFile(process);
enableCompileCache(process.env);
const { runGateway } = await import('./host/run-gateway.ts');
await runGateway(process);
