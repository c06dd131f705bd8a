import { expect } from 'chai';
import {
  isPermittedCandidate,
  withPermittedCandidates,
} from '../../../../../workers/rtsp/outputs/webrtc/sdp/candidate-policy.ts';

const candidate = (address: string): string => `candidate:1 1 udp 2130706431 ${address} 40000 typ host`;

describe('Candidates of a viewer', () => {
  for (const address of ['192.168.1.7', '203.0.113.9', '2001:db8:1::7', 'fd12::7', 'a-name.local'])
    it(`may be at ${address}`, () => {
      expect(isPermittedCandidate(candidate(address), false)).to.equal(true);
    });

  for (const address of [
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '169.254.169.254',
    'fe80::1',
    '224.0.0.1',
    '255.255.255.255',
    '0.0.0.0',
    '::',
    '2130706433',
  ])
    it(`may not be at ${address} unless the viewer is on this machine`, () => {
      expect(isPermittedCandidate(candidate(address), false)).to.equal(false);
      expect(isPermittedCandidate(candidate(address), true)).to.equal(true);
    });

  it('are left out of a description, and nothing else is', () => {
    const lines = ['v=0', `a=${candidate('127.0.0.1')}`, `a=${candidate('10.0.0.9')}`, 'a=end-of-candidates'];
    const sdp = `${lines.join('\r\n')}\r\n`;
    expect(withPermittedCandidates(sdp, false)).to.equal(sdp.replace(`${lines[1]}\r\n`, ''));
    expect(withPermittedCandidates(sdp, true)).to.equal(sdp);
  });
});
