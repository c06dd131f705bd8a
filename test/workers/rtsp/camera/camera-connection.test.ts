import { expect } from 'chai';
import { sourceFromUrl } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import {
  CAMERA_TIMINGS,
  CameraConnection,
  type CameraState,
  type CameraTimings,
} from '../../../../workers/rtsp/camera/camera-connection.ts';
import { ConnectLimiter } from '../../../../workers/rtsp/camera/connect-limiter.ts';
import type { RunSource, SourceHandlers } from '../../../../workers/rtsp/source/run-source.ts';
import { waitFor } from '../../../support/wait-for.ts';

/** A camera whose every session the test conducts. */
class ScriptedCamera {
  sessions: { handlers: SourceHandlers; fail: (error: Error) => void }[] = [];
  #clock = 0;

  readonly run: RunSource = (_source, handlers, signal) =>
    new Promise((_resolve, reject) => {
      this.sessions.push({ handlers, fail: reject });
      signal.addEventListener('abort', () => reject(new AppError('camera-disconnected', 'closed')), {
        once: true,
      });
    });

  get session() {
    return this.sessions.at(-1) as (typeof this.sessions)[number];
  }

  play(): void {
    this.session.handlers.onTrack({ codec: 'h264', parameterSets: Buffer.alloc(0), announcedFps: undefined });
  }

  send(): void {
    this.#clock += 40;
    const now = Date.now();
    this.session.handlers.onPacket({
      data: Buffer.alloc(4),
      keyframe: true,
      mediaTimeMs: this.#clock,
      capturedAt: now,
    });
  }
}

const FAST: CameraTimings = {
  ...CAMERA_TIMINGS,
  firstMs: 5,
  maxMs: 20,
  unauthorizedMs: [5, 10, 15],
  stallMs: 60,
  firstPacketsMs: 200,
};

describe('CameraConnection', () => {
  let connection: CameraConnection;
  let camera: ScriptedCamera;
  let states: CameraState[];
  /** When the next attempt was said to be, with each state. */
  let attempts: (number | undefined)[];

  function open(timings: Partial<CameraTimings> = {}): void {
    camera = new ScriptedCamera();
    states = [];
    attempts = [];
    connection = new CameraConnection({
      source: sourceFromUrl('rtsp://cam/1'),
      runSource: camera.run,
      limiter: new ConnectLimiter(),
      timings: { ...FAST, ...timings },
      handlers: {
        onTrack: () => {},
        onPacket: () => {},
        onState: (state) => {
          states.push(state);
          attempts.push(connection.nextRetryAt);
        },
      },
    });
    connection.start();
  }

  const sessions = (count: number) =>
    waitFor(() => camera.sessions.length >= count, { message: `${count} sessions` });

  afterEach(() => connection.close());

  it('is connecting until the first packet and live from then on', async () => {
    open();
    await sessions(1);
    camera.play();
    expect(connection.state).to.equal('connecting');
    camera.send();
    expect(connection.state).to.equal('live');
    expect(connection.reason).to.equal(undefined);
  });

  it('tries a lost camera again and says why it was lost and when the next attempt is', async () => {
    open({ firstMs: 300, maxMs: 300 });
    await sessions(1);
    const failedAt = Date.now();
    camera.session.fail(new AppError('camera-refused', 'refused'));
    await waitFor(() => connection.state === 'reconnecting');
    expect(connection.reason?.code).to.equal('camera-refused');
    expect(attempts[0]).to.be.greaterThan(failedAt);
    await sessions(2);
    expect(connection.reconnects).to.equal(1);
  });

  it('F28: calls a stream that delivers nothing stalled, though its connection stands, and starts over', async () => {
    open();
    await sessions(1);
    camera.play();
    for (let packet = 0; packet < 3; packet += 1) camera.send();
    await sessions(2);
    expect(states).to.deep.equal(['live', 'stalled', 'reconnecting']);
    expect(connection.reason?.code).to.equal('camera-no-frames');
  });

  it('F34: gives a slow camera time until its rate is known', async () => {
    open({ stallMs: 20, firstPacketsMs: 10_000 });
    await sessions(1);
    camera.play();
    camera.send();
    const startedAt = performance.now();
    await waitFor(() => performance.now() - startedAt > 100);
    expect(states).to.deep.equal(['live']);
  });

  it('tells wrong credentials from an outage', async () => {
    open({ unauthorizedMs: [400] });
    await sessions(1);
    const failedAt = Date.now();
    camera.session.fail(new AppError('camera-unauthorized', 'no'));
    await waitFor(() => connection.state === 'unauthorized');
    expect(attempts[0]).to.be.greaterThan(failedAt + 200);
  });

  it('continues after an unexpected error', async () => {
    open();
    await sessions(1);
    camera.session.fail(new TypeError('a bug'));
    await sessions(2);
    expect(states[0]).to.equal('reconnecting');
  });

  it('ends its session and stays closed', async () => {
    open();
    await sessions(1);
    camera.play();
    camera.send();
    await connection.close();
    expect(connection.state).to.equal('closed');
    expect(camera.sessions).to.have.length(1);
  });
});
