import { expect } from 'chai';
import { SteadyClock } from '#shared/steady-clock.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 10, 30);

describe('SteadyClock', () => {
  let wall: number;
  let monotonic: number;
  let clock: SteadyClock;

  beforeEach(() => {
    wall = START;
    monotonic = 0;
    clock = new SteadyClock({ wall: () => wall, monotonic: () => monotonic });
  });

  const pass = (ms: number): void => {
    wall += ms;
    monotonic += ms;
  };

  it('follows the wall clock, its small corrections too', () => {
    pass(HOUR_MS);
    expect(clock.now()).to.equal(START + HOUR_MS);
    wall += 500;
    expect(clock.now()).to.equal(wall);
  });

  it('does not follow a jump ahead, and follows the clock again once it was set right', () => {
    wall += 30 * 24 * HOUR_MS;
    pass(HOUR_MS);
    expect(clock.now()).to.equal(START + HOUR_MS);
    wall -= 30 * 24 * HOUR_MS;
    expect(clock.now()).to.equal(START + HOUR_MS);
  });

  it('believes a clock that stays ahead for a day', () => {
    wall += 30 * 24 * HOUR_MS;
    clock.now();
    pass(24 * HOUR_MS);
    expect(clock.now()).to.equal(wall);
  });

  it('follows a clock that is set back', () => {
    wall -= HOUR_MS;
    expect(clock.now()).to.equal(START - HOUR_MS);
  });
});
