import { expect } from 'chai';
import type { MediamtxInfo } from '../../../../gateway/devices/mediamtx/client.ts';
import { MediamtxPulse } from '../../../../gateway/devices/mediamtx/pulse.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { ManualClock } from '../../jobs/manual-clock.ts';

const EVERY_MS = 3000;

describe('MediamtxPulse', () => {
  let clock: ManualClock;
  let answer: () => MediamtxInfo | undefined;
  let restarts: number;
  let pulse: MediamtxPulse;

  beforeEach(() => {
    clock = new ManualClock();
    answer = () => ({ version: 'v1.20.0', started: 'first' });
    restarts = 0;
    pulse = new MediamtxPulse({
      client: { info: async () => answer() },
      clock,
      onRestart: () => {
        restarts += 1;
      },
    });
    pulse.start();
  });
  afterEach(() => pulse.close());

  const beat = async (): Promise<void> => {
    await waitFor(() => clock.waiting === 1);
    clock.advance(EVERY_MS * 2);
    await waitFor(() => clock.waiting === 1);
  };

  it('tells of a server that was started anew', async () => {
    await beat();
    expect(restarts).to.equal(0);
    answer = () => ({ version: 'v1.20.0', started: 'second' });
    await beat();
    expect(restarts).to.equal(1);
    await beat();
    expect(restarts).to.equal(1);
  });

  it('tells of a server that answers again, also where it does not say when it started', async () => {
    answer = () => undefined;
    await beat();
    answer = () => {
      throw new Error('refused');
    };
    await beat();
    expect(restarts).to.equal(0);
    answer = () => undefined;
    await beat();
    expect(restarts).to.equal(1);
  });
});
