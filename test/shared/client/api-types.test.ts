import { expect } from 'chai';
import type * as api from '#shared/client/api-types.ts';
import type { CameraEvent } from '#shared/client/events.ts';
import { rtspStreamSchema as streamSchema } from '#shared/contract/camera-stream.ts';
import { parseConnectRequest } from '#shared/contract/connect.ts';
import { parseNewCamera } from '../../../gateway/cameras/registry-input.ts';
import { viewEvent } from '../../../gateway/events/event-view.ts';
import type { EventRow } from '../../../gateway/store/database.ts';
import { expectShape } from './shape.ts';

/** Every member that a client may send, so that a schema which knows fewer refuses it. */
const CAMERA: Required<Omit<api.NewCamera, 'ip' | 'video'>> = {
  id: 'gate',
  name: 'Gate',
  location: 'North',
  enabled: true,
  analysis: {
    motion: true,
    persons: true,
    faces: true,
    sensitivity: 50,
    minArea: 0.01,
    masks: [],
    minScore: 0.5,
  },
  url: 'rtsps://192.0.2.1/1',
  port: 322,
  username: 'viewer',
  password: 'secret',
  streamPath: '/1',
  transport: 'tcp',
  secure: true,
};
const CONNECT: Required<Omit<api.ConnectRequest, 'url'>> = {
  cameraId: 'gate',
  ip: '192.0.2.1',
  username: 'viewer',
  password: 'secret',
  streamPath: '/1',
  port: 554,
  transport: 'udp',
  name: 'Gate',
  location: 'North',
};
describe('The types of the client', () => {
  it('hold for everything that the server lets a client send', () => {
    expect(parseNewCamera(CAMERA).name).to.equal('Gate');
    expect(parseNewCamera({ video: 'clip' } satisfies api.NewCamera).source).to.deep.include({
      kind: 'video',
    });
    expect(parseConnectRequest(CONNECT).cameraId).to.equal('gate');
    const stream = { cameraId: 'gate', cameraDescription: 'The gate', rtspUrl: 'rtsp://192.0.2.1/1' };
    expect(streamSchema.parse({ ...(stream satisfies api.NewCameraStream), streamType: 'rtsp' })).to.include(
      stream,
    );
  });

  it('hold for events', () => {
    const row = {
      id: 'e1',
      camera_id: 'gate',
      kind: 'motion',
      label: 'motion',
      score: 0.5,
      started_at: 1000,
      updated_at: 2000,
      ended_at: null,
      has_snapshot: 1,
      data: '{}',
    };
    const open = viewEvent(row as EventRow) as CameraEvent;
    const common = {
      id: ['string'],
      cameraId: ['string'],
      kind: ['string'],
      label: ['string'],
      state: ['string'],
      startedAt: ['string'],
      updatedAt: ['string'],
      data: ['object'],
    } as const;
    expectShape(open, {
      ...common,
      score: ['number'],
      endedAt: ['null'],
      durationMs: ['null'],
      snapshotUrl: ['string'],
    });
    const over = viewEvent({
      ...row,
      score: null,
      ended_at: 3000,
      has_snapshot: 0,
    } as EventRow) as CameraEvent;
    expectShape(over, {
      ...common,
      score: ['null'],
      endedAt: ['string'],
      durationMs: ['number'],
      snapshotUrl: ['null'],
    });
  });
});
