import { expect } from 'chai';
import type { Begins } from '#shared/contract/recording.ts';
import { toSpans } from '../../../gateway/recordings/spans.ts';

const DAY = { from: 0, to: 86_400_000 };
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
const segment = (begins: Begins, from: number, to: number) => ({
  begins,
  ...{ startedAt: from * 1000, endedAt: to * 1000, bytes: 10 },
});

describe('Spans of a recording', () => {
  it('join what continues, and name what is missing in between', () => {
    const segments = [
      segment('restarted', 0, 60),
      segment('continues', 60.5, 120),
      segment('reconnected', 180, 240),
    ];
    expect(toSpans(segments, DAY)).to.deep.equal({
      spans: [
        { from: iso(0), to: iso(120), bytes: 20 },
        { from: iso(180), to: iso(240), bytes: 10 },
      ],
      gaps: [{ from: iso(120), to: iso(180), reason: 'reconnected' }],
    });
  });

  it('never overlap: what was dated late before a new begin is one time with it', () => {
    const segments = [
      segment('restarted', 0, 64.4),
      segment('interrupted', 63.3, 67.8),
      segment('interrupted', 66.5, 90),
    ];
    expect(toSpans(segments, DAY)).to.deep.equal({
      spans: [{ from: iso(0), to: iso(90), bytes: 30 }],
      gaps: [],
    });
  });

  it('end with the range that was asked for', () => {
    const { spans } = toSpans([segment('restarted', 0, 120)], { from: 30_000, to: 90_000 });
    expect(spans).to.deep.equal([{ from: iso(30), to: iso(90), bytes: 10 }]);
  });
});
