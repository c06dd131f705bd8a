import { expect } from 'chai';
import { Turn } from '../../../gateway/mqtt/turn.ts';
import { waitFor } from '../../support/wait-for.ts';

const LEASE_MS = 400;
const CUT_OFF = new Error('the database is away');

describe('The turn of a gateway at an MQTT broker', () => {
  let answers: (() => Promise<boolean>)[];
  let overs: number;

  beforeEach(() => {
    answers = [];
    overs = 0;
  });

  const turnOf = (leaseMs: number): Turn =>
    new Turn({
      take: () => (answers.shift() ?? (() => Promise.reject(CUT_OFF)))(),
      leaseMs,
      onOver: () => {
        overs += 1;
      },
    });

  it('is over when a gateway that is cut off from the database could not keep it', async () => {
    const turn = turnOf(LEASE_MS);
    answers.push(async () => true);
    expect([await turn.take(), turn.isHeld]).to.deep.equal([true, true]);
    expect(await turn.take().catch((error) => error)).to.equal(CUT_OFF);
    await waitFor(() => overs === 1);
    expect(turn.isHeld).to.equal(false);
  });

  it('is not held where the answer of the database came after its end', async () => {
    const turn = turnOf(LEASE_MS);
    const late = Promise.withResolvers<boolean>();
    answers.push(() => late.promise);
    const taking = turn.take();
    const startedAt = performance.now();
    await waitFor(() => performance.now() - startedAt > LEASE_MS);
    late.resolve(true);
    expect([await taking, turn.isHeld, overs]).to.deep.equal([false, false, 0]);
  });

  it('is over immediately where another gateway has it', async () => {
    const turn = turnOf(60_000);
    answers.push(
      async () => true,
      async () => false,
    );
    expect([await turn.take(), await turn.take(), turn.isHeld]).to.deep.equal([true, false, false]);
    turn.close();
  });

  it('stays with a gateway that is alone, also while its database is away', async () => {
    const turn = turnOf(Number.POSITIVE_INFINITY);
    answers.push(async () => true);
    await turn.take();
    expect(await turn.take().catch((error) => error)).to.equal(CUT_OFF);
    expect([turn.isHeld, overs]).to.deep.equal([true, 0]);
  });
});
