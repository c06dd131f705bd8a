import { expect } from 'chai';
import { PortAllocator } from '../../../gateway/supervisor/port-allocator.ts';

const RANGE = { first: 8082, last: 8085 };

describe('PortAllocator', () => {
  it('gives each slot the lowest port of the range that no other slot has', () => {
    const ports = new PortAllocator();
    expect(['a', 'b', 'c'].map((slot) => ports.assign(slot, RANGE))).to.deep.equal([8082, 8083, 8084]);
  });

  it('leaves a slot the port it has', () => {
    const ports = new PortAllocator();
    ports.assign('a', RANGE);
    expect(ports.assign('a', RANGE)).to.equal(8082);
  });

  it('moves a slot past the ports of others, and around the end', () => {
    const ports = new PortAllocator();
    for (const slot of ['a', 'b']) ports.assign(slot, RANGE);
    expect([1, 2, 3].map(() => ports.next('a', RANGE))).to.deep.equal([8084, 8085, 8082]);
  });

  it('leaves the choice to the system when asked for', () => {
    const ports = new PortAllocator();
    expect(ports.assign('a', { first: 0, last: 0 })).to.equal(0);
    expect(ports.next('b', { first: 0, last: 0 })).to.equal(0);
  });
});
