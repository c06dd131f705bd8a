/** Metrics of the device jobs. */
import { single } from '#shared/contract/metrics.ts';
import type { Metric } from '#shared/http/prometheus-text.ts';
import type { JobReport } from '../jobs/job-state.ts';
import type { MediamtxManagerReport } from './mediamtx/manager.ts';
import type { MediamtxSyncReport } from './mediamtx/sync.ts';

/** Sources of the metrics; `undefined` for a MediaMTX that is not configured. */
export interface DeviceReports {
  sync: MediamtxSyncReport | undefined;
  manager: MediamtxManagerReport | undefined;
}

/** The metrics of devices and MediaMTX. */
export function deviceMetrics({ sync, manager }: DeviceReports): Metric[] {
  return [
    ...(sync === undefined ? [] : syncMetrics(sync)),
    ...(manager === undefined ? [] : managerMetrics(manager)),
  ];
}

function syncMetrics(sync: MediamtxSyncReport): Metric[] {
  return [
    ...jobMetrics('mediamtx_sync', sync),
    single('gateway_mediamtx_paths', {}, sync.paths),
    single('gateway_mediamtx_paths_skipped', {}, sync.skipped),
  ];
}

function managerMetrics(manager: MediamtxManagerReport): Metric[] {
  return [
    ...jobMetrics('mediamtx_manage', manager),
    single('gateway_mediamtx_managed_paths', {}, manager.managed),
    single('gateway_mediamtx_manage_problems', {}, manager.problems.length),
  ];
}

function jobMetrics(name: 'mediamtx_sync' | 'mediamtx_manage', report: JobReport): Metric[] {
  return [
    single(`gateway_${name}_up`, {}, report.status === 'ok' ? 1 : 0),
    single(`gateway_${name}_age_seconds`, {}, report.ageMs / 1000),
    single(`gateway_${name}_successes_total`, {}, report.successes),
    single(`gateway_${name}_failures_total`, {}, report.failures),
  ];
}
