/** Worker thread that turns TypeScript into JavaScript; suppresses Node's warning about an experimental feature. */
import { stripTypeScriptTypes } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

const sources = workerData as Record<string, string>;
parentPort?.postMessage(
  Object.fromEntries(Object.entries(sources).map(([name, text]) => [name, stripTypeScriptTypes(text)])),
);
