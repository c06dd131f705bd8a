/** How long requests wait for the headers of their answer, by route and class of status. */
import type { RequestHandler, Response } from 'express';
import { histograms } from '#shared/contract/metrics.ts';
import { Histogram } from '#shared/http/histogram.ts';
import type { Metric } from '#shared/http/prometheus-text.ts';

interface Observed {
  labels: { route: string; status: string };
  histogram: Histogram;
}

/** The times of one gateway. */
export class RequestTimes {
  readonly #observed = new Map<string, Observed>();

  /** Goes before all other middleware. @param routeOf the id of a request's route; undefined for none */
  middleware(routeOf: (request: Parameters<RequestHandler>[0]) => string | undefined): RequestHandler {
    return (req, res, next) => {
      const startedAt = performance.now();
      onHeaders(res, () => {
        const status = `${Math.floor(res.statusCode / 100)}xx`;
        this.#observe({ route: routeOf(req) ?? 'none', status }, (performance.now() - startedAt) / 1000);
      });
      next();
    };
  }

  /** For `/metrics`. */
  metric(): Metric {
    return histograms('gateway_request_duration_seconds', [...this.#observed.values()]);
  }

  #observe(labels: Observed['labels'], seconds: number): void {
    const key = `${labels.route} ${labels.status}`;
    const observed = this.#observed.get(key) ?? { labels, histogram: new Histogram() };
    this.#observed.set(key, observed);
    observed.histogram.observe(seconds);
  }
}

/** Streams last for hours; what a client waits for is their first byte. */
function onHeaders(res: Response, listener: () => void): void {
  const writeHead = res.writeHead;
  res.writeHead = (...args: unknown[]) => {
    res.writeHead = writeHead;
    const returned = Reflect.apply(writeHead, res, args);
    listener();
    return returned;
  };
}
