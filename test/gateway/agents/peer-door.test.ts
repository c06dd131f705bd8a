import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { FrameRequest } from '#shared/frames/subscription.ts';
import { PeerDoor } from '../../../gateway/agents/peer-door.ts';
import { PeerLink } from '../../../gateway/agents/peer-link.ts';
import { PeerPictures } from '../../../gateway/agents/peer-pictures.ts';
import { PeerSockets } from '../../../gateway/agents/peer-sockets.ts';
import { FrameLink } from '../../../gateway/worker-access/frame-link.ts';
import { FeedDouble, textFrame } from '../../doubles/feed-double.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

/** More than the kernel takes for a reader that does not read yet. */
const LONG_ANSWER = 'x'.repeat(8 * 1024 * 1024);

const YARD: FrameRequest = { cameraId: 'yard', fps: 15, quality: 80, encoding: 'binary' };

describe('The door to agents of another gateway', () => {
  let door: PeerDoor;
  let opened: string[];
  let endSession: () => void;
  const feed = new FeedDouble();
  const links: FrameLink[] = [];

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
    const onEnd = (listener: () => void): void => {
      endSession = listener;
    };
    const session = (agent: string) => (agent === 'home' ? { onEnd } : undefined);
    const pictures = new PeerPictures({ session, log: silentLog });
    pictures.feed = feed;
    door = await PeerDoor.open({
      host: '127.0.0.1',
      port: 0,
      linkOf,
      pictures,
      sockets: new PeerSockets(silentLog),
    });
  });
  after(() => door.close());
  beforeEach(() => {
    opened = [];
  });
  afterEach(async () => {
    for (const link of links.splice(0)) link.detach();
    // The other end hears of it later.
    await waitFor(() => feed.requests.length === 0);
  });

  /** How the other gateway asks for pictures of an agent. */
  function picturesOf(agent: string, token = door.token): FrameLink {
    const link = new FrameLink(silentLog);
    links.push(link);
    const { link: way, pictures } = linkTo(agent, token);
    const name = `agent-${agent}`;
    const direct = { name, origin: `http://${name}`, token: 'secret', epoch: 1, details: {} };
    link.attach({ ...direct, link: way, pictures });
    return link;
  }

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

  it('gives pictures of an agent while they are wanted, without a connection to its worker', async () => {
    const seen: string[] = [];
    const subscription = picturesOf('home').subscribe(YARD, ({ data }) => seen.push(String(data)));
    await waitFor(() => feed.requests.length === 1);
    expect(feed.requests).to.deep.equal([YARD]);
    const frame = textFrame('yard', 1);
    feed.publish('yard', frame);
    await waitFor(() => seen.length === 1);
    expect([seen, opened]).to.deep.equal([[String(frame.data)], []]);
    subscription.close();
    await waitFor(() => feed.requests.length === 0);
  });

  it('gives no pictures without its token, nor of an agent that is not connected here', async () => {
    picturesOf('home', 'f'.repeat(64)).subscribe(YARD, () => {});
    picturesOf('office').subscribe(YARD, () => {});
    picturesOf('home').subscribe({ ...YARD, fps: 2 }, () => {});
    await waitFor(() => feed.requests.length > 0);
    expect(feed.requests).to.deep.equal([{ ...YARD, fps: 2 }]);
  });

  it('ends pictures of an agent that leaves', async () => {
    picturesOf('home').subscribe(YARD, () => {});
    await waitFor(() => feed.requests.length === 1);
    endSession();
    await waitFor(() => feed.requests.length === 0);
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
