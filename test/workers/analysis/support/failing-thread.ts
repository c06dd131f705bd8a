/** A thread that dies of its first message. */
import { parentPort } from 'node:worker_threads';

parentPort?.once('message', () => {
  throw new Error('this thread does nothing but fail');
});
