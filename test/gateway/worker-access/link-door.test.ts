import { once } from 'node:events';
import { connect } from 'node:net';
import { duplexPair } from 'node:stream';
import { expect } from 'chai';
import { LinkDoor } from '../../../gateway/worker-access/link-door.ts';

/** More than the kernel takes for a reader that does not read yet. */
const LONG_ANSWER = Buffer.alloc(16 * 1024 * 1024, 7);

describe('A port that leads to a worker with a link', () => {
  it('gives the last bytes of a worker that ends the connection to a slow reader, too', async () => {
    const door = await LinkDoor.open({
      open: async () => {
        const [near, far] = duplexPair();
        near.once('end', () => near.destroy());
        far.resume();
        far.end(LONG_ANSWER);
        return near;
      },
    });
    const reader = connect(Number(new URL(door.origin).port), '127.0.0.1');
    await once(reader, 'readable');
    let length = 0;
    for await (const chunk of reader) {
      length += chunk.length;
      await new Promise(setImmediate);
    }
    expect(length).to.equal(LONG_ANSWER.length);
    door.close();
  });
});
