/**
 * RTSP readers over TCP in a process of their own: `rtsp-readers.ts PORT COUNT`. Prints a line of JSON when
 * all of them play, and reads until it is killed.
 */

import { RtspClient } from '../support/rtsp-reader.ts';

const [port = '8554', count = '1'] = process.argv.slice(2);
const PATH = '/1';

/** @returns milliseconds from the first request to the first packet */
async function play(): Promise<number> {
  const client = await RtspClient.open(Number(port));
  const begunAt = performance.now();
  await client.play(PATH);
  return (client.firstAt as number) - begunAt;
}

const firstMs: number[] = [];
while (firstMs.length < Number(count)) firstMs.push(await play());
process.stdout.write(`${JSON.stringify({ firstMs })}\n`);
