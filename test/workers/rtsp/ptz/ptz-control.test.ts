import { expect } from 'chai';
import { PtzControl } from '../../../../workers/rtsp/ptz/ptz-control.ts';
import { ViscaDriver } from '../../../../workers/rtsp/ptz/visca.ts';
import { waitFor } from '../../../support/wait-for.ts';

const LEFT = '8101060118010103ff';
const STOP = '8101060101010303ff';

/** The messages that reach a camera whose link takes each when it is told to. */
class SlowLink {
  readonly sent: string[] = [];
  #gate: PromiseWithResolvers<void> | undefined;

  hold(): () => void {
    this.#gate = Promise.withResolvers<void>();
    return () => {
      this.#gate?.resolve();
      this.#gate = undefined;
    };
  }

  async send(message: Buffer): Promise<void> {
    this.sent.push(message.toString('hex'));
    await this.#gate?.promise;
  }

  ask(): Promise<Buffer> {
    return Promise.resolve(Buffer.alloc(0));
  }

  close(): void {}
}

describe("A camera's controls", () => {
  const warnings: unknown[] = [];
  function open(timings = {}) {
    const link = new SlowLink();
    const log = { warn: (...words: unknown[]) => void warnings.push(words) };
    const control = new PtzControl({ driver: new ViscaDriver(link), log, timings });
    return { link, control };
  }

  it('stop a move that no client renews', async () => {
    const { link, control } = open({ deadManMs: 50 });
    await control.move({ pan: -1, tilt: 0, zoom: 0 });
    expect(control.isMoving).to.equal(true);
    await waitFor(() => !control.isMoving);
    expect(link.sent.slice(0, 2)).to.deep.equal([LEFT, STOP]);
  });

  it('send the newest of many moves, once the camera has taken the one before', async () => {
    const { link, control } = open({ moveIntervalMs: 0, deadManMs: 60_000 });
    const release = link.hold();
    const moves = [control.move({ pan: -1, tilt: 0, zoom: 0 })];
    await waitFor(() => link.sent.length === 1);
    for (const pan of [0.1, 0.2, 1]) moves.push(control.move({ pan, tilt: 0, zoom: 0 }));
    release();
    await Promise.all(moves);
    expect(link.sent).to.deep.equal([LEFT, '8101060118010203ff']);
    await control.close();
  });

  it('drop a move that was not sent yet when they are told to stop', async () => {
    const { link, control } = open();
    const release = link.hold();
    const home = control.home();
    await waitFor(() => link.sent.length === 1);
    const move = control.move({ pan: -1, tilt: 0, zoom: 0 });
    const stop = control.stop();
    release();
    await Promise.all([home, move, stop]);
    expect(link.sent).not.to.include(LEFT);
    expect(link.sent).to.include(STOP);
  });

  it('take a move of nothing for a stop', async () => {
    const { link, control } = open();
    await control.move({ pan: 0, tilt: 0, zoom: 0 });
    expect(link.sent[0]).to.equal(STOP);
  });

  it('stop a moving camera when they are closed, and leave a still one alone', async () => {
    const moving = open();
    await moving.control.move({ pan: -1, tilt: 0, zoom: 0 });
    await moving.control.close();
    expect(moving.link.sent).to.include(STOP);
    const still = open();
    await still.control.home();
    await still.control.close();
    expect(still.link.sent).not.to.include(STOP);
  });

  it('stop a camera once that is being stopped when they are closed', async () => {
    const { link, control } = open();
    await control.move({ pan: -1, tilt: 0, zoom: 0 });
    const release = link.hold();
    const [stopped, closed] = [control.stop(), control.close()];
    release();
    await Promise.all([stopped, closed]);
    expect(link.sent.filter((message) => message === STOP)).to.have.length(1);
  });

  it('go on after a command that failed', async () => {
    const { link, control } = open();
    await control.goToPreset('95').catch(() => {});
    await control.home();
    expect(link.sent).to.deep.equal(['81010604ff']);
  });
});
