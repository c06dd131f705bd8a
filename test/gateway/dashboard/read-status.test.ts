import { tmpdir } from 'node:os';
import { expect } from 'chai';
import type { CameraStatus } from '#shared/contract/status.ts';
import type { KnownCamera } from '../../../gateway/cameras/camera-directory.ts';
import { statusReader } from '../../../gateway/dashboard/read-status.ts';
import { StatusText } from '../../../gateway/dashboard/status-sections.ts';
import { cameraSource } from '../../support/camera-source.ts';

const CAMERA: KnownCamera = {
  id: '1',
  name: 'Door',
  location: '',
  source: cameraSource(),
  origin: 'registry',
  enabled: true,
  analysis: { motion: false, persons: false, faces: false },
  isFromFile: false,
};
const LIVE: CameraStatus = {
  cameraId: '1',
  connected: true,
  state: 'live',
  frameRate: 15,
  lastFrameTime: 100,
  frameCount: 1000,
  codec: 'h264',
  width: 1920,
  height: 1080,
  transport: 'tcp',
  viewers: 0,
  reconnects: 0,
};

describe('The state that the status stream tells', () => {
  let status: CameraStatus;
  const read = statusReader({
    directory: { list: () => [CAMERA] },
    states: { read: async () => new Map([['1', status]]) },
    pool: { status: () => [] },
    routing: { nameOf: () => 'rtsp-0' },
    gatewayState: () => 'ok',
    isPublic: false,
    dataDir: tmpdir(),
    services: () => ({}),
  });

  /** The members of statuses that a listener is told when the status changes so. */
  async function toldOf(change: Partial<CameraStatus>): Promise<Record<string, unknown> | undefined> {
    status = LIVE;
    const before = await read();
    status = { ...LIVE, ...change };
    const after = { ...before, statuses: (await read()).statuses };
    const text = new StatusText(after).since(new StatusText(before), 0);
    return text === undefined ? undefined : JSON.parse(text).statuses;
  }

  it('is no news while a camera only goes on', async () => {
    expect(await toldOf({ frameCount: 1015, lastFrameTime: 101, frameRate: 14.9 })).to.equal(undefined);
  });

  it('is no news while the measured frame rate moves a little, to both sides of what would be rounded', async () => {
    expect(await toldOf({ frameRate: 14.4 })).to.equal(undefined);
    expect(await toldOf({ frameRate: 15.6 })).to.equal(undefined);
    expect(await toldOf({ frameRate: 0 })).to.have.nested.property('1.frameRate', 0);
  });

  it('is news where a person would see it', async () => {
    expect(await toldOf({ viewers: 1 })).to.have.nested.property('1.viewers', 1);
    expect(await toldOf({ frameRate: 12.1 })).to.have.nested.property('1.frameRate', 12);
  });

  it('has the time of the last frame of a camera that sends none', async () => {
    const told = await toldOf({ connected: false, state: 'stalled', lastFrameTime: 101 });
    expect(told).to.have.nested.property('1.lastFrameTime', 101);
  });
});
