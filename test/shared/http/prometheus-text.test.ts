import { expect } from 'chai';
import { formatMetrics, type Metric, mergeExpositions } from '#shared/http/prometheus-text.ts';

describe('formatMetrics', () => {
  it('writes help, type and samples', () => {
    const metric: Metric = {
      name: 'frames_total',
      help: 'Frames.',
      type: 'counter',
      samples: [
        { labels: {}, value: 1 },
        { labels: { camera: '1', state: 'live' }, value: 2.5 },
      ],
    };
    expect(formatMetrics([metric, { ...metric, name: 'none_total', samples: [] }])).to.equal(
      '# HELP frames_total Frames.\n# TYPE frames_total counter\nframes_total 1\nframes_total{camera="1",state="live"} 2.5\n',
    );
  });

  it('escapes what would break a line or a label', () => {
    const text = formatMetrics([
      { name: 'x', help: 'a\\b\nc', type: 'gauge', samples: [{ labels: { l: 'a"b\\c\nd' }, value: 1 }] },
    ]);
    expect(text).to.equal('# HELP x a\\\\b\\nc\n# TYPE x gauge\nx{l="a\\"b\\\\c\\nd"} 1\n');
  });
});

describe('mergeExpositions', () => {
  const exposition = (worker: string) =>
    `# HELP a_total A.\n# TYPE a_total counter\na_total{worker="${worker}"} 1\n# HELP b B.\n# TYPE b gauge\nb{worker="${worker}"} 2\n`;

  it('puts all samples of a name together, under one help and type', () => {
    expect(mergeExpositions([exposition('0'), '', exposition('1')])).to.equal(
      '# HELP a_total A.\n# TYPE a_total counter\na_total{worker="0"} 1\na_total{worker="1"} 1\n' +
        '# HELP b B.\n# TYPE b gauge\nb{worker="0"} 2\nb{worker="1"} 2\n',
    );
  });

  it('leaves out lines that do not follow the format', () => {
    expect(mergeExpositions(['<html>\n\n# a comment\nx 1\n'])).to.equal('x 1\n');
  });
});
