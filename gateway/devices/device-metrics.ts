/** Metrics of the device jobs. */
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
    ...(sync === undefined ? [] : [...jobMetrics('mediamtx_sync', 'MediaMTX sync', sync), ...counts(sync)]),
    ...(manager === undefined
      ? []
      : [
          ...jobMetrics('mediamtx_manage', 'MediaMTX management', manager),
          gauge('gateway_mediamtx_managed_paths', 'Paths of ours that MediaMTX carries.', manager.managed),
          gauge(
            'gateway_mediamtx_manage_problems',
            'Cameras that MediaMTX does not carry although it shall.',
            manager.problems.length,
          ),
        ]),
  ];
}

function counts({ paths, skipped }: MediamtxSyncReport): Metric[] {
  return [
    gauge('gateway_mediamtx_paths', 'Paths that the last sync saw.', paths),
    gauge('gateway_mediamtx_paths_skipped', 'Paths that the last sync could not read.', skipped),
  ];
}

function jobMetrics(name: string, what: string, report: JobReport): Metric[] {
  return [
    gauge(`gateway_${name}_up`, `Whether the last ${what} succeeded.`, report.status === 'ok' ? 1 : 0),
    gauge(`gateway_${name}_age_seconds`, `Seconds since the last good ${what}.`, report.ageMs / 1000),
    counter(`gateway_${name}_successes_total`, `Times the ${what} succeeded.`, report.successes),
    counter(`gateway_${name}_failures_total`, `Times the ${what} failed.`, report.failures),
  ];
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, help, type: 'gauge', samples: [{ labels: {}, value }] };
}

function counter(name: string, help: string, value: number): Metric {
  return { name, help, type: 'counter', samples: [{ labels: {}, value }] };
}
