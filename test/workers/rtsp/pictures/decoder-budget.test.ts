import { expect } from 'chai';
import { DecoderBudget } from '../../../../workers/rtsp/pictures/decoder-budget.ts';

describe('DecoderBudget', () => {
  const holder = (bytes: number, onNeeded: () => void = () => {}) => ({ bytes, onNeeded });
  const never = new AbortController().signal;

  it('gives room while another one of the size still has its turn', () => {
    const budget = new DecoderBudget(30);
    expect(budget.take(holder(10))).not.to.equal(undefined);
    expect(budget.take(holder(10))).not.to.equal(undefined);
    expect(budget.take(holder(10))).to.equal(undefined);
  });

  it('lets one in, however large', () => {
    const budget = new DecoderBudget(30);
    expect(budget.take(holder(100))).not.to.equal(undefined);
    expect(budget.take(holder(1))).to.equal(undefined);
  });

  it('gives room again that was given back, and counts a room that is given back twice once', () => {
    const budget = new DecoderBudget(30);
    const [first] = [budget.take(holder(10)), budget.take(holder(10))];
    first?.release();
    first?.release();
    expect(budget.take(holder(10))).not.to.equal(undefined);
    expect(budget.take(holder(10))).to.equal(undefined);
  });

  it('asks for room that is not used when there is none', () => {
    const budget = new DecoderBudget(20);
    let asked = 0;
    budget.take(holder(10, () => (asked += 1)));
    budget.take(holder(10));
    expect(asked).to.equal(1);
  });

  it('gives turns one after another, in the order of asking', async () => {
    const budget = new DecoderBudget(1);
    const order: string[] = [];
    const turn = async (name: string) => {
      const lease = await budget.turn(holder(1), never);
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      lease.release();
    };
    await Promise.all([turn('a'), turn('b'), turn('c')]);
    const expected = ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'];
    expect(order).to.deep.equal(expected);
  });

  it('passes over one that stopped waiting', async () => {
    const budget = new DecoderBudget(1);
    const first = await budget.turn(holder(1), never);
    const leaving = new AbortController();
    const left = budget.turn(holder(1), leaving.signal).catch((error: Error) => error.name);
    const last = budget.turn(holder(1), never);
    leaving.abort();
    expect(await left).to.equal('AbortError');
    first.release();
    (await last).release();
  });
});
