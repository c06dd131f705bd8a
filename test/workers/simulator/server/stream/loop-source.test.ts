import { expect } from 'chai';
import { splitNals } from '#shared/media/annex-b.ts';
import type { AccessUnit } from '#shared/media/packet.ts';
import { FrameClock } from '../../../../../workers/simulator/server/stream/frame-clock.ts';
import { LoopSource } from '../../../../../workers/simulator/server/stream/loop-source.ts';
import { waitFor } from '../../../../support/wait-for.ts';
import { madeUpUnit } from '../../support/material.ts';

const three = [0, 1, 2].map((index) => madeUpUnit({ bytes: 20 + index, keyframe: index === 0 }));

async function collect(source: LoopSource, count: number): Promise<AccessUnit[]> {
  const units: AccessUnit[] = [];
  const stop = source.subscribe((unit) => units.push(unit));
  await waitFor(() => units.length >= count, { message: `${count} access units` });
  stop();
  return units;
}

describe('LoopSource', () => {
  it('starts over at its end while timestamps go on evenly', async () => {
    const units = await collect(new LoopSource({ codec: 'h264', units: three, framesPerSecond: 100 }), 10);
    expect(units.map(({ data }) => data)).to.deep.equal(units.map((_, index) => three[index % 3]?.data));
    const steps = units.slice(1).map(({ timestamp }, index) => timestamp - (units[index]?.timestamp ?? 0));
    expect(new Set(steps)).to.deep.equal(new Set([900]));
  });

  it('plays in real time', async () => {
    const startedAt = performance.now();
    await collect(new LoopSource({ codec: 'h264', units: three, framesPerSecond: 100 }), 30);
    expect(performance.now() - startedAt).to.be.within(250, 5000);
  });

  it('finds the parameter sets in its first keyframe', () => {
    const { parameterSets } = new LoopSource({ codec: 'h264', units: three, framesPerSecond: 25 });
    expect(splitNals(parameterSets).map(([header]) => header)).to.deep.equal([0x67, 0x68]);
  });

  it('waits where its pictures end as long as more are to come', async () => {
    const growing = three.slice(0, 2);
    const source = new LoopSource({ codec: 'h264', units: growing, length: 3, framesPerSecond: 200 });
    const units: AccessUnit[] = [];
    const clock = new FrameClock(200);
    let ticks = 0;
    const stops = [source.subscribe((unit) => units.push(unit)), clock.subscribe(() => (ticks += 1))];
    await waitFor(() => ticks > 10);
    expect(units).to.have.length(2);
    growing.push(...three.slice(2));
    await waitFor(() => units.length >= 4);
    expect(units.slice(2, 4).map(({ data }) => data)).to.deep.equal([three[2]?.data, three[0]?.data]);
    for (const stop of stops) stop();
  });

  it('goes over to other pictures at their beginning', async () => {
    const source = new LoopSource({ codec: 'h264', units: three, framesPerSecond: 200 });
    const other = [madeUpUnit({ bytes: 90, keyframe: true }), madeUpUnit({ bytes: 91, keyframe: false })];
    const units: AccessUnit[] = [];
    const stop = source.subscribe((unit) => {
      units.push(unit);
      if (units.length === 2) source.replace(other, 2);
    });
    await waitFor(() => units.length >= 4);
    stop();
    expect(units.slice(2, 4).map(({ data }) => data)).to.deep.equal(other.map(({ data }) => data));
  });

  it('refuses pictures without a keyframe to begin with', () => {
    expect(() => new LoopSource({ codec: 'h264', units: three.slice(1), framesPerSecond: 25 })).to.throw(
      RangeError,
      'keyframe',
    );
  });
});

describe('FrameClock', () => {
  it('gives all listeners the same numbers', async () => {
    const clock = new FrameClock(100);
    const heard: [number[], number[]] = [[], []];
    const stops = heard.map((list) => clock.subscribe((tick) => list.push(tick)));
    await waitFor(() => heard[1].length >= 5);
    for (const stop of stops) stop();
    expect(heard[0]).to.deep.equal(heard[1]);
  });

  it('makes up for ticks that a busy process missed', async () => {
    const clock = new FrameClock(100);
    const ticks: number[] = [];
    const stop = clock.subscribe((tick) => ticks.push(tick));
    await waitFor(() => ticks.length > 0);
    const busyUntil = performance.now() + 200;
    while (performance.now() < busyUntil);
    await waitFor(() => ticks.length > 20);
    stop();
    expect(ticks).to.deep.equal(ticks.map((_, index) => (ticks[0] as number) + index));
  });

  it('is silent without listeners', async () => {
    const clock = new FrameClock(200);
    let ticks = 0;
    const stop = clock.subscribe(() => (ticks += 1));
    await waitFor(() => ticks > 0);
    stop();
    const before = ticks;
    const other = new FrameClock(200);
    let others = 0;
    const stopOther = other.subscribe(() => (others += 1));
    await waitFor(() => others > 10);
    stopOther();
    expect(ticks).to.equal(before);
  });
});
