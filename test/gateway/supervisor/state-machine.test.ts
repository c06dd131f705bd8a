import { expect } from 'chai';
import { canTransition, StateMachine, WORKER_STATES } from '../../../gateway/supervisor/state-machine.ts';

describe('StateMachine', () => {
  it('reports every change with the previous state', () => {
    const changes: string[] = [];
    const machine = new StateMachine((state, previous) => changes.push(`${previous} → ${state}`));
    machine.to('spawning');
    machine.to('starting');
    machine.to('ready');
    machine.to('ready');
    expect(machine.state).to.equal('ready');
    expect(changes).to.deep.equal(['stopped → spawning', 'spawning → starting', 'starting → ready']);
  });

  it('refuses an invalid transition and keeps its state', () => {
    const machine = new StateMachine(() => {});
    expect(() => machine.to('ready')).to.throw('a slot cannot go from stopped to ready');
    expect(machine.state).to.equal('stopped');
  });

  it('knows when a state was entered', () => {
    const before = Date.now();
    const machine = new StateMachine(() => {});
    machine.to('spawning');
    expect(machine.since.getTime()).to.be.within(before, Date.now());
  });

  it('lets a worker into routing only after its start, or back from being unready', () => {
    const sources = WORKER_STATES.filter((state) => canTransition(state, 'ready'));
    expect(sources).to.have.members(['starting', 'unready']);
  });

  it('leads to a stop from everywhere', () => {
    const dead = WORKER_STATES.filter((state) => state !== 'stopped' && !canTransition(state, 'stopped'));
    expect(dead).to.deep.equal([]);
  });

  it('leads from every failure to a new start', () => {
    for (const state of ['backoff', 'failed', 'lost'] as const)
      expect(canTransition(state, 'spawning')).to.equal(true);
  });
});
