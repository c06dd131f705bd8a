/** Worker thread that makes one backup and exits. */
import { parentPort, workerData } from 'node:worker_threads';
import { makeBackup } from './sqlite-backups.ts';

parentPort?.postMessage(makeBackup((workerData as { file: string }).file));
