/**
 * RTSP readers over TCP in a process of their own: `rtsp-readers.ts PORT COUNT`. Prints a line of JSON when
 * all of them play, and reads until it is killed.
 */

import { RtspClient } from '../support/rtsp-reader.ts';
import { waitFor } from '../support/wait-for.ts';

const [port = '8554', count = '1'] = process.argv.slice(2);
const PATH = '/1';

/** @returns milliseconds from the first request to the first packet */
async function play(): Promise<number> {
  const client = await RtspClient.open(Number(port));
  const begunAt = performance.now();
  const { body, header } = await client.ask('DESCRIBE', PATH);
  const base = header('content-base') ?? '';
  const control = /m=video[\s\S]*?a=control:(\S+)/.exec(body)?.[1] ?? 'trackID=0';
  const track = control.startsWith('rtsp://') ? control : `${base}${control}`;
  const path = track.replace(/^rtsp:\/\/[^/]*/, '');
  const setUp = await client.ask('SETUP', path, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' });
  const session = setUp.header('session')?.split(';')[0] ?? '';
  await client.ask('PLAY', PATH, { Session: session });
  await waitFor(() => client.firstAt, { message: 'the first packet' });
  return (client.firstAt as number) - begunAt;
}

const firstMs: number[] = [];
while (firstMs.length < Number(count)) firstMs.push(await play());
process.stdout.write(`${JSON.stringify({ firstMs })}\n`);
