import { expect } from 'chai';
import { GarbageLimit } from '../../../workers/rtsp/heap.ts';

describe('GarbageLimit', () => {
  let held: number;
  let living: number;
  let collections: number;
  let limit: GarbageLimit;

  beforeEach(() => {
    held = 50;
    living = 50;
    collections = 0;
    limit = new GarbageLimit({
      heldBytes: () => held,
      collectYoung: () => {
        collections += 1;
        held = living;
      },
      limitBytes: 10,
    });
  });

  it('collects when buffers hold more than the limit above what lived last time', () => {
    held = 60;
    limit.check();
    expect(collections).to.equal(0);
    held = 61;
    limit.check();
    expect(collections).to.equal(1);
  });

  it('waits for as much again where what was collected lives on', () => {
    living = 61;
    held = 61;
    limit.check();
    held = 71;
    limit.check();
    expect(collections).to.equal(1);
    held = 72;
    limit.check();
    expect(collections).to.equal(2);
  });

  it('counts from below once V8 has collected by itself', () => {
    held = 20;
    limit.check();
    held = 31;
    limit.check();
    expect(collections).to.equal(1);
  });
});
