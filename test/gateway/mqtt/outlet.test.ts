import { expect } from 'chai';
import type { Publication, Session } from '../../../gateway/mqtt/broker-link.ts';
import { Outlet } from '../../../gateway/mqtt/outlet.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A connection that takes messages when it is told to. */
class SlowSession implements Session {
  readonly #end = new AbortController();
  readonly sent: string[] = [];
  #free: (() => void)[] = [];
  isSlow = false;

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  publish({ topic, payload }: Publication): Promise<void> {
    this.sent.push(`${topic} ${payload}`);
    return this.isSlow ? new Promise((resolve) => this.#free.push(resolve)) : Promise.resolve();
  }

  free(): void {
    for (const resolve of this.#free.splice(0)) resolve();
  }

  end(): void {
    this.#end.abort();
  }
}

describe('What is published besides events', () => {
  let outlet: Outlet;
  let session: SlowSession;

  beforeEach(() => {
    outlet = new Outlet();
    session = new SlowSession();
  });

  it('is dropped while no broker is there, but for what it should keep', () => {
    outlet.send({ topic: 'seen', payload: '1' });
    outlet.keep('state', 'on');
    expect(outlet.isOpen).to.equal(false);
    outlet.attach(session);
    expect(session.sent).to.deep.equal(['state on']);
  });

  it('is of each topic the newest while a broker is slow', async () => {
    session.isSlow = true;
    outlet.attach(session);
    for (const payload of ['1', '2', '3']) outlet.send({ topic: 'picture', payload });
    outlet.send({ topic: 'other', payload: 'a' });
    expect(session.sent).to.deep.equal(['picture 1', 'other a']);
    session.free();
    await waitFor(() => session.sent.length === 3);
    expect(session.sent.at(-1)).to.equal('picture 3');
  });

  it('is not sent again while it stays the same', () => {
    outlet.attach(session);
    outlet.keep('state', 'on');
    outlet.keep('state', 'on');
    expect(session.sent).to.deep.equal(['state on']);
  });

  it('is told again to the next connection, without what was removed', () => {
    outlet.attach(session);
    outlet.keep('a', '1');
    outlet.keep('b', '2');
    outlet.clear('a');
    session.end();
    outlet.keep('b', '3');
    const next = new SlowSession();
    outlet.attach(next);
    expect(next.sent).to.deep.equal(['b 3']);
  });

  it('has a bound for answers that a slow broker does not take', () => {
    session.isSlow = true;
    outlet.attach(session);
    for (let count = 0; count < 1000; count += 1) outlet.post({ topic: 'result', payload: `${count}` });
    expect(session.sent).to.have.length(64);
  });
});
