/** How long a sync with a large MediaMTX takes, from the first request to the commit. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeviceRepository } from '../../gateway/devices/device-repository.ts';
import { MediamtxClient } from '../../gateway/devices/mediamtx/client.ts';
import { MediamtxSync } from '../../gateway/devices/mediamtx/sync.ts';
import { openStore } from '../../gateway/store/store.ts';
import { systemClock } from '../../shared/clock.ts';
import { listening, originOf, silentLog, stop } from '../support/serve.ts';

/** What it took, milliseconds. */
export interface MediamtxSyncTimes {
  /** Every path is new. */
  firstMs: number;
  /** Every path is known and has changed. */
  againMs: number;
  /** Every path has left. */
  goneMs: number;
}

const PAGE_SIZE = 1000;

/**
 * Times three rounds against a local server that plays the API.
 * @param paths how many it has @param databaseUrl `postgres://` of an empty database; SQLite by default
 */
export async function measureMediamtxSync(paths = 5000, databaseUrl?: string): Promise<MediamtxSyncTimes> {
  const api = new PathsServer();
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-mediamtx-'));
  const log = silentLog;
  const store = openStore({ dataDir, databaseUrl, log });
  try {
    await store.whenReady();
    const url = await api.open();
    const sync = new MediamtxSync({
      client: new MediamtxClient({ url }),
      repository: new DeviceRepository(store),
      clock: systemClock(),
      log,
      server: 'mediamtx',
      whepBase: 'http://localhost:8889',
    });
    api.serve(paths, 1);
    const firstMs = await timeRound(sync, () => sync.start());
    api.serve(paths, 2);
    const againMs = await timeRound(sync, () => sync.runNow());
    api.serve(0, 3);
    const goneMs = await timeRound(sync, () => sync.runNow());
    await sync.close();
    return { firstMs, againMs, goneMs };
  } finally {
    api.close();
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function timeRound(sync: MediamtxSync, begin: () => void): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = sync.onSeen(() => resolve());
  const startedAt = performance.now();
  begin();
  await promise;
  end();
  return performance.now() - startedAt;
}

/** Pages are written beforehand: what the server itself costs is not ours. */
class PathsServer {
  #pages: string[] = [];
  readonly #server: Server = createServer((req, res) => {
    const page = Number(new URL(req.url ?? '', 'http://local').searchParams.get('page'));
    const isList = req.url?.startsWith('/v3/paths/list') === true;
    const body = isList ? this.#pages[page] : '{"version":"v1.20.1","started":"2026-08-22T10:00:00Z"}';
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
  });

  async open(): Promise<string> {
    await listening(this.#server);
    return originOf(this.#server);
  }

  serve(count: number, minute: number): void {
    const items = Array.from({ length: count }, (_, index) =>
      path(`site-${index % 50}/cam-${index}`, minute),
    );
    const pageCount = Math.ceil(count / PAGE_SIZE);
    this.#pages = Array.from({ length: Math.max(1, pageCount) }, (_, page) =>
      JSON.stringify({
        itemCount: count,
        pageCount,
        items: items.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE),
      }),
    );
  }

  close(): void {
    stop(this.#server);
  }
}

function path(name: string, minute: number): object {
  const since = '2026-08-22T10:00:00.123456789Z';
  const bytes = minute * 30_000_000;
  return {
    name,
    confName: name,
    ready: true,
    readyTime: since,
    available: true,
    availableTime: since,
    online: true,
    onlineTime: since,
    source: { type: 'rtspSource', id: '' },
    tracks: ['H264', 'MPEG-4 Audio'],
    tracks2: [
      { codec: 'H264', codecProps: { width: 1920, height: 1080, profile: 'High', level: '4.1' } },
      { codec: 'MPEG-4 Audio', codecProps: { sampleRate: 48000, channelCount: 2 } },
    ],
    readers: [{ type: 'webRTCSession', id: '7d0d6f8e-9a63-4c28-a6e1-6f5ad2a2a1c4' }],
    inboundBytes: bytes,
    outboundBytes: bytes,
    inboundFramesInError: 0,
    bytesReceived: bytes,
    bytesSent: bytes,
  };
}
