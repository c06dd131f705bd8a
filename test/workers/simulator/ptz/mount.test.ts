import { expect } from 'chai';
import { Mount } from '../../../../workers/simulator/ptz/mount.ts';

describe("the simulated PTZ camera's motors", () => {
  let now: number;
  let mount: Mount;

  beforeEach(() => {
    now = 0;
    mount = new Mount(() => now);
  });

  it('move at a share of full speed until they are stopped', () => {
    mount.drive({ pan: -0.5 });
    now = 1000;
    expect(mount.pose.pan).to.be.closeTo(-45, 1e-9);
    mount.stop();
    now = 3000;
    expect(mount.pose.pan).to.be.closeTo(-45, 1e-9);
    expect(mount.isMoving).to.equal(false);
  });

  it('need time for the way to a position, and end there', () => {
    mount.travelTo({ pan: 90, zoom: 0.2 });
    now = 500;
    expect(mount.pose).to.deep.include({ pan: 45, zoom: 0.2 });
    expect(mount.isMoving).to.equal(true);
    now = 5000;
    expect(mount.pose.pan).to.equal(90);
    expect(mount.isMoving).to.equal(false);
  });

  it('stop at the ends of their range', () => {
    mount.travelBy({ tilt: -500 });
    mount.drive({ pan: 1 });
    now = 10_000;
    expect(mount.pose).to.include({ tilt: -30, pan: 170 });
  });

  it('leave alone what a command does not name', () => {
    mount.drive({ pan: 1 });
    mount.travelTo({ zoom: 1 });
    now = 1000;
    expect(mount.pose.pan).to.equal(90);
    mount.stop(['zoom']);
    expect(mount.isMoving).to.equal(true);
  });
});
