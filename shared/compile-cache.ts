/** Node's compile cache: halves the start and saves the memory that stripping types takes. */
import module from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Environment, readOptional, readText } from '#shared/settings.ts';

/** Later than the first requests have loaded what they need. */
const SAVE_AFTER_MS = 10_000;
/** The cache holds code: it lies where only those can write who can change the program. */
const BESIDE_PROGRAM = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));

/**
 * Turns it on for what is imported from now on: in `NODE_COMPILE_CACHE`, beside the program, or where that
 * cannot be written in the data folder. Without a folder to write to Node does without a cache.
 */
export function enableCompileCache(env: Environment): void {
  const given = readOptional(env, 'NODE_COMPILE_CACHE');
  const inDataDir = resolve(readText(env, 'DATA_DIR', './data'), 'compiled');
  const { FAILED } = module.constants.compileCacheStatus;
  for (const folder of given === undefined ? [BESIDE_PROGRAM, inDataDir] : [given])
    if (module.enableCompileCache(folder).status !== FAILED) return;
}

/** The environment of processes and threads that are to use the same cache. */
export function compileCacheEnv(): Record<string, string> {
  const folder = module.getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

/** Writes the cache soon, so that a process that is killed later has filled it, too. */
export function saveCompileCache(): void {
  setTimeout(() => module.flushCompileCache(), SAVE_AFTER_MS).unref();
}
