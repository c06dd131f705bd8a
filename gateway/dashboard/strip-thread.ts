/** The thread that turns TypeScript into JavaScript; started for it, and silent about that being new in Node. */
import { stripTypeScriptTypes } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

const sources = workerData as Record<string, string>;
parentPort?.postMessage(
  Object.fromEntries(Object.entries(sources).map(([name, text]) => [name, stripTypeScriptTypes(text)])),
);
