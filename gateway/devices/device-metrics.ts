/** Metrics of devices: how the MediaMTX servers are. */
import { metric } from '#shared/contract/metrics.ts';
import type { Metric } from '#shared/http/prometheus-text.ts';
import type { JobReport } from '../jobs/job-state.ts';
import type { MediamtxReports } from './mediamtx/server.ts';

/** The metrics of MediaMTX servers. Those of a server that another gateway reads are there. */
export function deviceMetrics(reports: readonly MediamtxReports[]): Metric[] {
  if (reports.length === 0) return [];
  const syncs = reports
    .filter(({ sync }) => sync.status !== 'standby')
    .map(({ server, sync }) => ({ labels: { server }, report: sync }));
  const managers = reports.flatMap(({ server, manager }) =>
    manager === undefined ? [] : [{ labels: { server }, report: manager }],
  );
  return [
    ...jobMetrics('mediamtx_sync', syncs),
    metric(
      'gateway_mediamtx_paths',
      valuesOf(syncs, ({ paths }) => paths),
    ),
    metric(
      'gateway_mediamtx_paths_skipped',
      valuesOf(syncs, ({ skipped }) => skipped),
    ),
    ...(managers.length === 0
      ? []
      : [
          ...jobMetrics('mediamtx_manage', managers),
          metric(
            'gateway_mediamtx_managed_paths',
            valuesOf(managers, ({ managed }) => managed),
          ),
          metric(
            'gateway_mediamtx_manage_problems',
            valuesOf(managers, ({ problems }) => problems.length),
          ),
        ]),
  ];
}

interface Labelled<Report> {
  labels: { server: string };
  report: Report;
}

function jobMetrics(
  name: 'mediamtx_sync' | 'mediamtx_manage',
  reports: readonly Labelled<JobReport>[],
): Metric[] {
  return [
    metric(
      `gateway_${name}_up`,
      valuesOf(reports, ({ status }) => (status === 'ok' ? 1 : 0)),
    ),
    metric(
      `gateway_${name}_age_seconds`,
      valuesOf(reports, ({ ageMs }) => ageMs / 1000),
    ),
    metric(
      `gateway_${name}_successes_total`,
      valuesOf(reports, ({ successes }) => successes),
    ),
    metric(
      `gateway_${name}_failures_total`,
      valuesOf(reports, ({ failures }) => failures),
    ),
  ];
}

function valuesOf<Report>(reports: readonly Labelled<Report>[], read: (report: Report) => number) {
  return reports.map(({ labels, report }) => ({ labels, value: read(report) }));
}
