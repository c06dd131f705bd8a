/** What requests cost that the gate refuses: each costs a client nothing, and is made before any limit of rates. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { startGateway } from '../support/processes.ts';
import { cpuSeconds } from './measure.ts';
import { print, target } from './report.ts';

const REQUESTS = 500;
const MAX_MS = 1;

const KINDS: Record<string, { path: string; headers?: string }> = {
  'short path': { path: '/' },
  'path of a.a.a...': { path: `/${'a.'.repeat(7000)}` },
  'path of rtsp://rtsp://...': { path: `/${'rtsp://'.repeat(2000)}` },
  'path of %2e%2e': { path: `/${'%2e'.repeat(4500)}` },
  'query of 14 KB': { path: `/api/cameras?${'a=b&'.repeat(3500)}` },
  'cookies of 14 KB': { path: '/api/cameras', headers: `Cookie: ${'a=b;'.repeat(3500)}\r\n` },
  'token of 14 KB': { path: '/api/cameras', headers: `Authorization: Bearer ${'x'.repeat(14_000)}\r\n` },
  'addresses of 14 KB': { path: '/api/cameras', headers: `X-Forwarded-For: ${'1,'.repeat(7000)}\r\n` },
};

/** Measures each kind and judges the most expensive one. */
export async function benchGate(): Promise<void> {
  const gateway = await startGateway({ ANALYSIS: 'off', RTSP_WORKERS: '1', LOG_LEVEL: 'info' });
  try {
    let most = 0;
    await ask(gateway.port, KINDS['short path'] as (typeof KINDS)[string]);
    for (const [name, kind] of Object.entries(KINDS)) {
      const before = cpuSeconds([gateway.pid]);
      await ask(gateway.port, kind);
      const each = ((cpuSeconds([gateway.pid]) - before) * 1000) / REQUESTS;
      most = Math.max(most, each);
      print(`${name.padEnd(28)} ${each.toFixed(2)} ms of processor time`);
    }
    target(`a refused request costs ${most.toFixed(2)} ms (at most ${MAX_MS})`, most <= MAX_MS);
  } finally {
    await gateway.end();
  }
}

/** Asks over one connection, a request after the other. */
async function ask(port: number, { path, headers = '' }: { path: string; headers?: string }): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  for (let count = 0; count < REQUESTS; count += 1) {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: camera.example\r\n${headers}\r\n`);
    await once(socket, 'data');
  }
  socket.destroy();
}
