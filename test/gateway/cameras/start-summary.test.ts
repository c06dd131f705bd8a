import { expect } from 'chai';
import type { CameraStatus } from '#shared/contract/status.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraDirectory, type KnownCamera } from '../../../gateway/cameras/camera-directory.ts';
import { summariseStart } from '../../../gateway/cameras/start-summary.ts';
import { createLogger } from '../../../shared/logger.ts';
import { cameraSource } from '../../support/camera-source.ts';

function registered(id: string, enabled = true): KnownCamera {
  const analysis = { motion: false, persons: false, faces: false };
  const facts = { id, name: id, location: '', source: cameraSource(), analysis };
  return { ...facts, origin: 'registry', enabled, isFromFile: false };
}

function status(change: Partial<CameraStatus>): CameraStatus {
  const nothing = { lastFrameTime: null, codec: null, width: null, height: null, transport: null };
  const counts = { frameRate: 0, frameCount: 0, viewers: 0, reconnects: 0 };
  return { cameraId: '1', connected: false, state: 'connecting', ...counts, ...nothing, ...change };
}

describe('The summary of the start', () => {
  let directory: CameraDirectory;
  let lines: string[];

  beforeEach(() => {
    directory = new CameraDirectory(10, new Redactor());
    lines = [];
  });

  async function summarise(
    readings: Record<string, CameraStatus>[],
    { patienceMs = 10_000, signal = new AbortController().signal } = {},
  ): Promise<string[]> {
    const log = createLogger({
      name: 'test',
      level: 'info',
      redactor: new Redactor(),
      write: (line) => void lines.push(line),
    });
    const states = {
      read: async () => new Map(Object.entries((readings.length > 1 ? readings.shift() : readings[0]) ?? {})),
    };
    await summariseStart({ directory, states, log, signal, patienceMs, everyMs: 1 });
    return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  }

  it('is one line that says how many live, how many failed, and why', async () => {
    directory.syncRegistered(['gate', 'shed', 'yard'].map((id) => registered(id)));
    const live = status({ connected: true, state: 'live' });
    const refused = status({ state: 'unauthorized', reason: 'camera-unauthorized' });
    const said = await summarise([
      { gate: status({}) },
      { gate: live, shed: status({}) },
      { gate: live, yard: live, shed: refused },
    ]);
    expect(said).to.deep.equal(['cameras: 2 live, 1 failed (shed: camera-unauthorized)']);
  });

  it('waits no longer than its patience for a camera that says nothing', async () => {
    directory.syncRegistered([registered('gate')]);
    expect(await summarise([{}], { patienceMs: 5 })).to.deep.equal([
      'cameras: 0 live, 1 failed (gate: no answer yet)',
    ]);
  });

  it('counts enabled cameras of the registry only, and says nothing where there are none', async () => {
    directory.syncRegistered([registered('off', false)]);
    directory.put({ id: 'guest', name: '', location: '', source: cameraSource(), origin: 'connected' });
    expect(await summarise([{}])).to.deep.equal([]);
  });

  it('says nothing more once the gateway stops', async () => {
    directory.syncRegistered([registered('gate')]);
    expect(await summarise([{}], { signal: AbortSignal.abort() })).to.deep.equal([]);
  });
});
