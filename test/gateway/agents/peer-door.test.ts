import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { PeerDoor } from '../../../gateway/agents/peer-door.ts';
import { PeerLink } from '../../../gateway/agents/peer-link.ts';

/** More than the kernel takes for a reader that does not read yet. */
const LONG_ANSWER = 'x'.repeat(8 * 1024 * 1024);

describe('The door to agents of another gateway', () => {
  let door: PeerDoor;
  let opened: string[];

  before(async () => {
    const linkOf = (agent: string) => {
      if (agent !== 'home') return undefined;
      const open = async () => {
        opened.push(agent);
        const [near, far] = duplexPair();
        near.once('end', () => near.destroy());
        far.once('data', (data) => far.end(`${data}${LONG_ANSWER}`));
        return near;
      };
      return { open };
    };
    door = await PeerDoor.open({ host: '127.0.0.1', port: 0, linkOf });
  });
  after(() => door.close());
  beforeEach(() => {
    opened = [];
  });

  const linkTo = (agent: string, token = door.token): PeerLink =>
    new PeerLink({ host: '127.0.0.1', port: door.port, token, workerToken: 'secret' }, agent);

  const refusalOf = (peer: PeerLink): Promise<string> =>
    peer.link.open().then(
      () => 'open',
      (error: Error) => error.message,
    );

  it('joins a connection to the worker of an agent, to its last byte', async () => {
    const connection = await linkTo('home').link.open();
    connection.write('hello');
    expect(await text(connection)).to.equal(`hello${LONG_ANSWER}`);
  });

  it('asks nothing of an agent without its token', async () => {
    expect(await refusalOf(linkTo('home', 'f'.repeat(64)))).to.match(/answered 403/);
    expect(opened).to.deep.equal([]);
    expect((await fetch(`http://127.0.0.1:${door.port}/`)).status).to.equal(405);
  });

  it('knows no agent that is not connected here', async () => {
    expect(await refusalOf(linkTo('office'))).to.match(/answered 404/);
  });

  it('ends the connections of an agent that is reached in another way now', async () => {
    const peer = linkTo('home');
    const connection = await peer.link.open();
    const ended = new Promise((resolve) => connection.once('close', resolve));
    peer.close();
    await ended;
    expect(opened).to.deep.equal(['home']);
  });
});
