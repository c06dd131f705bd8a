/** The process of an agent: a worker on the network of the cameras that dials out to the gateway. */
import { config as loadDotenv } from 'dotenv';
import { enableCompileCache } from '#shared/compile-cache.ts';

/** Files are for their owner alone. */
const UMASK = 0o077;

process.umask(UMASK);
loadDotenv({ quiet: true });
enableCompileCache(process.env);
const { runAgent } = await import('./run-agent.ts');
await runAgent(process);
