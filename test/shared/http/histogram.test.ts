import { expect } from 'chai';
import { Histogram } from '#shared/http/histogram.ts';
import { formatMetrics, mergeExpositions } from '#shared/http/prometheus-text.ts';

/** The exposition of one histogram. */
function expositionOf(worker: string, values: readonly number[]): string {
  const histogram = new Histogram([0.1, 1]);
  for (const value of values) histogram.observe(value);
  return formatMetrics([
    { name: 'x_seconds', help: 'X.', type: 'histogram', samples: histogram.samples({ worker }) },
  ]);
}

describe('A histogram', () => {
  it('counts in each bucket what is at most so large, and what is larger than all', () => {
    expect(expositionOf('0', [0.05, 0.1, 0.5, 3])).to.equal(
      [
        '# HELP x_seconds X.',
        '# TYPE x_seconds histogram',
        'x_seconds_bucket{worker="0",le="0.1"} 2',
        'x_seconds_bucket{worker="0",le="1"} 3',
        'x_seconds_bucket{worker="0",le="+Inf"} 4',
        'x_seconds_sum{worker="0"} 3.65',
        'x_seconds_count{worker="0"} 4',
        '',
      ].join('\n'),
    );
  });

  it('stays together when the expositions of several workers are joined', () => {
    const lines = mergeExpositions([expositionOf('0', [1]), 'y 1\n', expositionOf('1', [2])]).split('\n');
    expect(lines.filter((line) => line.startsWith('#'))).to.have.length(2);
    expect(lines.slice(2, 12).every((line) => line.startsWith('x_seconds_'))).to.equal(true);
    expect(lines[12]).to.equal('y 1');
  });
});
