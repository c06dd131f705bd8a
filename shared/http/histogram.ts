/** A Prometheus histogram: how many observations are at most so large, and their sum. */
import type { MetricSample } from './prometheus-text.ts';

/** Upper bounds of latencies, seconds. */
const LATENCY_BOUNDS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Observations of one set of labels. */
export class Histogram {
  readonly #bounds: readonly number[];
  /** Observations between each bound and the one before; the last count is of those above all. */
  readonly #counts: number[];
  #sum = 0;

  /** @param bounds ascending */
  constructor(bounds: readonly number[] = LATENCY_BOUNDS) {
    this.#bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const index = this.#bounds.findIndex((bound) => value <= bound);
    const place = index < 0 ? this.#bounds.length : index;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += value;
  }

  /** Cumulative buckets, sum and count, as the text format has them. */
  samples<Labels extends Record<string, string>>(labels: Labels): MetricSample<Labels>[] {
    let total = 0;
    const buckets = this.#counts.map((count, index): MetricSample<Labels> => {
      total += count;
      const bound = this.#bounds[index];
      return { suffix: '_bucket', labels, le: bound === undefined ? '+Inf' : String(bound), value: total };
    });
    return [
      ...buckets,
      { suffix: '_sum', labels, value: this.#sum },
      { suffix: '_count', labels, value: total },
    ];
  }
}
