/** All MediaMTX servers: where a camera is watched, and how they are together. */
import { createHash } from 'node:crypto';
import type { MediamtxReports, MediamtxServer } from './server.ts';

/** Edges carry cameras for an audience; each camera has a first choice among them. */
export class MediamtxServers {
  readonly #servers: readonly MediamtxServer[];

  constructor(servers: readonly MediamtxServer[]) {
    this.#servers = servers;
  }

  start(): void {
    for (const server of this.#servers) server.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  reports(): MediamtxReports[] {
    return this.#servers.map((server) => server.reports());
  }

  /**
   * The edge of a camera, by rendezvous hashing (Thaler and Ravishankar, 1998): a server that is away moves
   * only its own cameras, and gets them back.
   */
  whepUrlOf(cameraId: string): string | undefined {
    const ranked = this.#servers
      .map((server) => ({ server, rank: rankOf(server.name, cameraId) }))
      .sort((a, b) => (a.rank < b.rank ? 1 : -1));
    for (const { server } of ranked) {
      const url = server.whepUrlOf(cameraId);
      if (url !== undefined) return url;
    }
    return undefined;
  }

  /** For `/health`: of one server its state, of several the worst, with the sums and each of them. */
  health(): object {
    const states = this.reports().map(({ server, sync, manager }) => ({
      server,
      ...sync,
      ...(manager === undefined ? {} : { manage: manager }),
    }));
    const [worst] = states.toSorted((a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status));
    const { server: _, ...state } = worst as NonNullable<typeof worst>;
    if (states.length === 1) return state;
    const sum = (key: 'paths' | 'skipped'): number => states.reduce((total, each) => total + each[key], 0);
    return { ...state, paths: sum('paths'), skipped: sum('skipped'), servers: states };
  }
}

/** Whether a server works is not known while another gateway reads it. */
const WORST_FIRST = ['failing', 'starting', 'standby', 'ok'];

function rankOf(server: string, cameraId: string): string {
  return createHash('sha256').update(`${server}\0${cameraId}`).digest('hex');
}
