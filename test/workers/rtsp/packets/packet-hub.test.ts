import { expect } from 'chai';
import { GopCache } from '../../../../workers/rtsp/packets/gop-cache.ts';
import { PacketHub, type PacketSubscriber } from '../../../../workers/rtsp/packets/packet-hub.ts';
import { packetOf, SETS, trackOf } from '../../../shared/media/mp4/material.ts';

/** A subscriber that writes down its calls and throws in one of them. */
function subscriber(fails?: 'track' | 'packet' | 'audio' | 'removed') {
  const calls: string[] = [];
  const call = (name: string): void => {
    calls.push(name);
    if (name === fails) throw new RangeError(`cannot take ${name}`);
  };
  const handlers: PacketSubscriber = {
    onTrack: () => call('track'),
    onPacket: () => call('packet'),
    onAudio: () => call('audio'),
    onRemoved: () => call('removed'),
    onFailure: (error) => void calls.push((error as Error).message),
  };
  return { calls, handlers };
}

describe('PacketHub', () => {
  let failures: unknown[];
  let hub: PacketHub;
  let origin: { track: ReturnType<typeof trackOf>; gop: GopCache };

  beforeEach(() => {
    failures = [];
    hub = new PacketHub((error) => void failures.push(error));
    origin = { track: trackOf('h264', SETS.high), gop: new GopCache() };
    origin.gop.push(packetOf(0, { keyframe: true }));
    hub.attach(origin);
  });

  it('ends a newcomer that fails with what is replayed to it, and nothing else', () => {
    const [good, bad] = [subscriber(), subscriber('packet')];
    hub.subscribe(good.handlers);
    hub.subscribe(bad.handlers);
    hub.publish(origin, packetOf(40));
    expect(bad.calls).to.deep.equal(['track', 'packet', 'cannot take packet']);
    expect(good.calls).to.deep.equal(['track', 'packet', 'packet']);
    expect([hub.viewers, failures.length]).to.deep.equal([1, 1]);
  });

  it('counts subscribers as viewers unless they say that they are none', () => {
    hub.subscribe(subscriber().handlers);
    hub.subscribe({ ...subscriber().handlers, isViewer: false });
    expect([hub.viewers, hub.subscribers]).to.deep.equal([1, 2]);
  });

  for (const fails of ['track', 'packet', 'audio', 'removed'] as const) {
    it(`gives the others their call when one subscriber fails in ${fails}`, () => {
      const calls = [subscriber(), subscriber(), subscriber()];
      const bad = subscriber();
      for (const { handlers } of [calls[0] as never, bad, ...calls.slice(1)]) hub.subscribe(handlers);
      Object.assign(bad.handlers, {
        [{ track: 'onTrack', packet: 'onPacket', audio: 'onAudio', removed: 'onRemoved' }[fails]]: () => {
          throw new RangeError('no');
        },
      });
      hub.announce(origin);
      hub.publish(origin, packetOf(40));
      hub.publishAudio(origin, { data: Buffer.from('a'), ticks: 0 });
      hub.remove(origin);
      for (const good of calls)
        expect(good.calls.slice(2)).to.deep.equal(['track', 'packet', 'audio', 'removed']);
      expect(bad.calls.at(-1)).to.equal('no');
      expect(failures).to.have.length(1);
    });
  }
});
