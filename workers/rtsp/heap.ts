/** How V8 keeps house in a process whose memory is pictures, not objects. */
import { setFlagsFromString } from 'node:v8';

/**
 * Lets garbage grow to the size of what lives before everything is searched (V8, `Heap::ComputeNewAllocationLimits`).
 * By default that is 8 MB, which a few cameras with viewers fill with JPEGs and messages in a second, and each search
 * holds pictures back by tens of milliseconds.
 */
export function collectSeldom(): void {
  setFlagsFromString('--heap-growing-percent=100');
}
