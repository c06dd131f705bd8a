/** How soon the product serves after `npm start`: `/livez`, then a picture of the demo. */
import { npmStart, type StartedProduct } from '../support/npm-start.ts';
import { waitFor } from '../support/wait-for.ts';
import { percentile } from './measure.ts';
import { print, target } from './report.ts';

const MOST_LIVEZ_MS = 500;
const MOST_PICTURE_MS = 1500;

/** Starts and stops the product `starts` times; the first start fills the compile cache and is not counted. */
export async function benchStart(starts: number): Promise<void> {
  const times: { livez: number; picture: number }[] = [];
  for (let start = 0; start <= starts; start += 1) {
    const product = await npmStart({ LOG_LEVEL: 'warn' });
    const { livezMs: livez } = product;
    const picture = await firstPictureMs(product);
    await product.end();
    if (start > 0) times.push({ livez, picture });
  }
  const livez = percentile(
    times.map((time) => time.livez),
    0.5,
  );
  const picture = percentile(
    times.map((time) => time.picture),
    0.5,
  );
  print(
    `npm start: /livez after ${livez.toFixed(0)} ms, a picture of the demo after ${picture.toFixed(0)} ms`,
  );
  target(`/livez ${livez.toFixed(0)} ms after npm start (${MOST_LIVEZ_MS})`, livez <= MOST_LIVEZ_MS);
  target(
    `a picture ${picture.toFixed(0)} ms after npm start (${MOST_PICTURE_MS})`,
    picture <= MOST_PICTURE_MS,
  );
}

async function firstPictureMs({ origin, startedAt }: StartedProduct): Promise<number> {
  const hasPicture = async (): Promise<boolean> => {
    const answer = await fetch(`${origin}/api/cameras/1/frame`);
    await answer.arrayBuffer();
    return answer.ok;
  };
  await waitFor(hasPicture, { timeoutMs: 30_000, message: 'a picture of the demo' });
  return performance.now() - startedAt;
}
