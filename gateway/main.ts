/** The gateway's process. Imports the gateway only after the compile cache is on. */
import { config as loadDotenv } from 'dotenv';
import { enableCompileCache } from './host/compile-cache.ts';

/** Files are for their owner alone, those of libraries too. */
const UMASK = 0o077;

process.umask(UMASK);
loadDotenv({ quiet: true });
enableCompileCache(process.env);
const { runGateway } = await import('./host/run-gateway.ts');
await runGateway(process);
