/** Health and metrics of the analysis worker; they never wait for a detector. */
import { Router } from 'express';
import { metric, single } from '#shared/contract/metrics.ts';
import type { AnalysisHealth } from '#shared/detections.ts';
import { formatMetrics, type Metric } from '#shared/http/prometheus-text.ts';
import { livez } from '../../host/livez.ts';
import type { AnalysisSet } from '../camera/analysis-set.ts';
import type { AnalysisWorkerConfig } from '../config.ts';
import type { InferenceQueue } from '../detectors/inference-queue.ts';
import type { Results } from '../results.ts';

export interface HealthRoutesOptions {
  config: Readonly<AnalysisWorkerConfig>;
  analyses: AnalysisSet;
  inference: InferenceQueue;
  results: Results;
  detectors: () => AnalysisHealth['detectors'];
}

/** Routes `/health`, `/livez`, `/readyz` and `/metrics`. */
export function healthRoutes(options: HealthRoutesOptions): Router {
  const { config, analyses, detectors } = options;
  const routes = Router();
  routes.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  routes.get('/health', (_req, res) => {
    res.json({
      status: 'ok',
      activeCameras: analyses.list().length,
      detectors: detectors(),
      uptime: process.uptime(),
    });
  });
  routes.get('/livez', (_req, res) => {
    res.json(livez(config.host));
  });
  routes.get('/readyz', (_req, res) => {
    res.json({ status: 'ready', instance: config.host.instance, epoch: config.host.epoch });
  });
  routes.get('/metrics', (_req, res) => {
    res.type('text/plain; version=0.0.4').send(formatMetrics(metricsOf(options)));
  });
  return routes;
}

function metricsOf({ config, analyses, inference, results }: HealthRoutesOptions): Metric[] {
  const worker = config.host.name;
  const { inferences, failures, milliseconds } = inference.counts;
  const cameras = analyses
    .list()
    .map(({ cameraId, counts }) => ({ counts, labels: { worker, camera: cameraId } }));
  return [
    single('analysis_cameras', { worker }, cameras.length),
    single('analysis_inferences_total', { worker }, inferences),
    single('analysis_inference_failures_total', { worker }, failures),
    single('analysis_inference_seconds_total', { worker }, milliseconds / 1000),
    single('analysis_dropped_results_total', { worker }, results.drops),
    single('analysis_resident_memory_bytes', { worker }, process.memoryUsage.rss()),
    metric(
      'analysis_pictures_total',
      cameras.map(({ labels, counts }) => ({ labels, value: counts.pictures })),
    ),
    metric(
      'analysis_motion_milliseconds_total',
      cameras.map(({ labels, counts }) => ({ labels, value: counts.milliseconds })),
    ),
  ];
}
