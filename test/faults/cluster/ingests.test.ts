import { expect } from 'chai';
import { Ingests, sweep } from './ingests.ts';

const line = (at: number, id: string, isPlaying: boolean, client = 'w0') => ({
  at,
  id,
  path: '/1',
  client,
  isPlaying,
});

describe('The count of readers of a camera', () => {
  it('finds the longest time with two readers, and with none', () => {
    const spans: [number, number][] = [
      [0, 40],
      [30, 60],
      [75, 100],
    ];
    expect(sweep(spans, 0, 100)).to.deep.equal({ twiceMs: 10, noneMs: 15 });
  });

  it('adds up what follows without a break', () => {
    const spans: [number, number][] = [
      [0, 40],
      [0, 20],
      [20, 30],
    ];
    expect(sweep(spans, 0, 50)).to.deep.equal({ twiceMs: 30, noneMs: 10 });
  });

  it('leaves a frozen reader out while it is frozen', () => {
    const ingests = new Ingests();
    ingests.note(line(0, 'a', true));
    ingests.note(line(50, 'b', true, 'w1'));
    ingests.note(line(105, 'a', false));
    ingests.except({ client: 'w0', from: 40, to: 100 });
    expect(ingests.report(['/1'], 0, 200)).to.deep.equal({ twiceMs: 5, noneMs: 10 });
  });

  it('counts no session again whose packets lead nowhere, but its next one', () => {
    const ingests = new Ingests();
    ingests.note(line(0, 'a', true));
    ingests.except({ client: 'w0', from: 40, to: undefined });
    ingests.note(line(60, 'b', true));
    expect(ingests.report(['/1'], 0, 100)).to.deep.equal({ twiceMs: 0, noneMs: 20 });
    expect(ingests.now(['/1']).get('/1')).to.deep.equal(['w0']);
  });
});
