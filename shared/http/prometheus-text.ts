/** The Prometheus text exposition format, version 0.0.4. */

/** One value of a metric. */
export interface MetricSample<Labels extends Record<string, string> = Record<string, string>> {
  labels: Labels;
  value: number;
  /** Of a histogram. */
  suffix?: '_bucket' | '_sum' | '_count';
  /** Upper bound of a bucket. */
  le?: string;
}

/** One named metric with its samples. */
export interface Metric {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  samples: MetricSample[];
}

/** Writes metrics; leaves out those without samples. */
export function formatMetrics(metrics: Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) =>
      [
        `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(
          ({ labels, le, suffix = '', value }) =>
            `${name}${suffix}${formatLabels(le === undefined ? labels : { ...labels, le })} ${value}`,
        ),
        '',
      ].join('\n'),
    )
    .join('');
}

/** Joins several expositions, so that HELP and TYPE stand once before all samples of a name. */
export function mergeExpositions(texts: string[]): string {
  const families = new Map<string, { head: string[]; samples: string[] }>();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const name = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1] ?? familyOf(line, families);
    if (name === undefined) continue;
    const family = families.get(name) ?? { head: [], samples: [] };
    families.set(name, family);
    const lines = line.startsWith('#') ? family.head : family.samples;
    if (!line.startsWith('#') || !lines.includes(line)) lines.push(line);
  }
  return [...families.values()].map(({ head, samples }) => `${[...head, ...samples].join('\n')}\n`).join('');
}

/** The metric of a sample: a histogram's have names of their own. */
function familyOf(line: string, families: ReadonlyMap<string, { head: string[] }>): string | undefined {
  const name = /^[A-Za-z_:][\w:]*/.exec(line)?.[0];
  const base = name?.replace(/_(?:bucket|sum|count)$/, '') ?? '';
  return families.get(base)?.head.some((text) => text.endsWith(' histogram')) === true ? base : name;
}

function formatLabels(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
