/** The process of an agent: a worker on the network of the cameras that dials out to the gateway. */
import { enableCompileCache } from '#shared/compile-cache.ts';
import { loadEnvFile } from '#shared/env-file.ts';

/** Files are for their owner alone. */
const UMASK = 0o077;

process.umask(UMASK);
loadEnvFile(process);
enableCompileCache(process.env);
const { runAgent } = await import('./run-agent.ts');
await runAgent(process);
