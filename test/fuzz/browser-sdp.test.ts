import fc from 'fast-check';
import { AppError } from '#shared/errors.ts';
import { readAnswer, readOffer } from '../../workers/rtsp/outputs/webrtc/sdp/negotiation.ts';
import { browserAnswer, browserOffer } from '../doubles/peer-double.ts';
import { hostileText, mutatedText, RUNS } from './hostile.ts';

/** Runs something that may fail with an AppError and nothing else. */
function mayRefuse(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

describe('What a browser says of its session', function () {
  this.timeout(60_000);

  it('is an offer, or refused with a code', () => {
    const offers = [browserOffer({}), browserOffer({ media: ['audio', 'video', 'application'] })];
    fc.assert(
      fc.property(fc.oneof(hostileText, ...offers.map(mutatedText)), (sdp) =>
        mayRefuse(() => void readOffer(sdp)),
      ),
      { numRuns: RUNS * 20 },
    );
  });

  it('is an answer, or refused with a code', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, mutatedText(browserAnswer())), (sdp) =>
        mayRefuse(() => void readAnswer(sdp)),
      ),
      { numRuns: RUNS * 20 },
    );
  });
});
