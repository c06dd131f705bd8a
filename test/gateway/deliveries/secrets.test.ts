import { expect } from 'chai';
import { maskAnswer, maskPayload } from '../../../gateway/deliveries/secrets.ts';
import { streamPayload } from './harness.ts';

const PASSWORDS = ['S3cr3tC4nary', 'p@ss:w/rd#1', 'a"quote\\d one', 'p%40ss wörd'];

describe('Camera passwords in deliveries', () => {
  for (const password of PASSWORDS) {
    const payload = streamPayload('1', { rtsp_url: `rtsp://admin:${password}@10.0.0.9:554/1` });

    it(`are masked in a payload that is shown: ${password}`, () => {
      const shown = maskPayload(payload);
      expect(JSON.stringify(shown)).not.to.include(JSON.stringify(password).slice(1, -1));
      expect(shown.rtsp_url).to.match(/^rtsp:\/\/.*@10\.0\.0\.9:554\/1$/);
    });

    it(`are masked in an answer that repeats what was sent: ${password}`, () => {
      const answer = JSON.stringify({
        detail: [{ loc: ['body', 'rtsp_url'], input: payload.rtsp_url, password }],
      });
      const stored = maskAnswer(answer, payload, false);
      expect(stored).not.to.include(JSON.stringify(password).slice(1, -1));
      expect(stored).to.include('rtsp_url');
    });
  }

  it('are masked where an answer was cut off within the address', () => {
    const payload = streamPayload('1', { rtsp_url: 'rtsp://admin:S3cr3tC4nary@10.0.0.9/1' });
    expect(maskAnswer('{"input":"rtsp://admin:S3cr3tC4', payload, true)).to.equal('{"input":"rtsp://***');
  });

  it('leave everything else of a payload as it is', () => {
    const payload = streamPayload('1', { rtsp_url: null, video_url: 'http://gateway/video.mp4' });
    expect(maskPayload(payload)).to.deep.equal(payload);
    expect(maskPayload(streamPayload('1', { rtsp_url: 'rtsp://10.0.0.9/1' })).rtsp_url).to.equal(
      'rtsp://10.0.0.9/1',
    );
  });

  it('replace control characters, which PostgreSQL would not store', () => {
    expect(maskAnswer('a\u0000b\u001b[31m\tc\n', streamPayload('1'), false)).to.equal(
      'a\ufffdb\ufffd[31m\tc\n',
    );
  });
});
