import { expect } from 'chai';
import { InputLimit } from '../../../../workers/rtsp/source/input-limit.ts';
import { codeOf } from '../../../support/errors.ts';

describe('InputLimit', () => {
  let nowMs: number;
  let limit: InputLimit;
  beforeEach(() => {
    nowMs = 0;
    limit = new InputLimit(() => nowMs);
  });

  it('lets the largest cameras send for ever, and what waited in a network come in a burst', () => {
    limit.addBytes(40 * 1024 * 1024);
    for (let second = 0; second < 100; second += 1) {
      nowMs += 1000;
      limit.addBytes(12_500_000);
      for (let packet = 0; packet < 10_000; packet += 1) limit.addPacket();
    }
  });

  it('refuses floods of bytes and of packets', () => {
    const flood = (send: () => void): string | undefined =>
      codeOf(() => {
        for (let count = 0; count < 100_000; count += 1) send();
      });
    expect(flood(() => limit.addPacket())).to.equal('camera-sends-too-much');
    expect(flood(() => limit.addBytes(10_000))).to.equal('camera-sends-too-much');
  });
});
