import { expect } from 'chai';
import { PacketHub } from '../../../workers/rtsp/packets/packet-hub.ts';
import { GopCache } from '../../../workers/rtsp/pictures/gop-cache.ts';
import type { VideoTrack } from '../../../workers/rtsp/source/packet.ts';
import { MseBroadcasts, type MseFragment } from '../../../workers/rtsp/transports/mse-broadcast.ts';
import { packetOf, SETS, trackOf } from './mp4/material.ts';

/** One camera whose packets a test sends. */
class Camera {
  readonly hub = new PacketHub();
  readonly origin: { track: VideoTrack | undefined; gop: GopCache } = {
    track: undefined,
    gop: new GopCache(),
  };
  subscriptions = 0;
  readonly broadcasts = new MseBroadcasts({
    subscribePackets: (_id, subscriber) => {
      this.subscriptions += 1;
      const { close } = this.hub.subscribe(subscriber);
      return {
        close: () => {
          this.subscriptions -= 1;
          close();
        },
      };
    },
  });

  constructor() {
    this.hub.attach(this.origin);
  }

  begin(track = trackOf('h264', SETS.high)): void {
    this.origin.track = track;
    this.origin.gop.clear();
    this.hub.announce(this.origin);
  }

  send(mediaTimeMs: number, keyframe = false): void {
    const packet = packetOf(mediaTimeMs, { keyframe });
    this.origin.gop.push(packet);
    this.hub.publish(this.origin, packet);
  }

  /** A viewer that writes down what it hears. */
  watch() {
    const heard: string[] = [];
    const fragments: MseFragment[] = [];
    const { close } = this.broadcasts.join('1', {
      onHead: ({ codecString }) => void heard.push(codecString),
      onFragment: (fragment) => {
        fragments.push(fragment);
        heard.push(fragment.keyframe ? 'keyframe' : 'fragment');
      },
      onUnsupported: ({ code }) => void heard.push(code),
      onRemoved: () => void heard.push('removed'),
    });
    return { heard, fragments, close };
  }
}

describe('MseBroadcasts', () => {
  let camera: Camera;
  beforeEach(() => {
    camera = new Camera();
    camera.begin();
    camera.send(0, true);
    camera.send(40);
  });

  it('starts a viewer with the current group of pictures, whether it is the first or not', () => {
    const first = camera.watch();
    camera.send(80);
    const second = camera.watch();
    expect(first.heard).to.deep.equal(['avc1.640028', 'keyframe', 'fragment', 'fragment']);
    expect(second.heard).to.deep.equal(first.heard);
  });

  it('builds a fragment once for all viewers', () => {
    const viewers = [camera.watch(), camera.watch()];
    camera.send(80);
    const [one, other] = viewers.map(({ fragments }) => fragments.at(-1)?.data);
    expect(one).to.equal(other);
  });

  it('subscribes to the camera while there are viewers, once', () => {
    const viewers = [camera.watch(), camera.watch()];
    expect(camera.subscriptions).to.equal(1);
    for (const { close } of viewers) close();
    expect(camera.subscriptions).to.equal(0);
    expect(camera.watch().heard).to.have.length(3);
  });

  it('goes on without a new head when the camera comes back as it was', () => {
    const { heard } = camera.watch();
    camera.begin();
    camera.send(999, true);
    expect(heard.slice(3)).to.deep.equal(['keyframe']);
  });

  it('gives a new head when it comes back with other parameters', () => {
    const { heard } = camera.watch();
    camera.begin(trackOf('h264', SETS.bframes));
    camera.send(0, true);
    expect(heard.slice(3)).to.deep.equal(['avc1.4d401e', 'keyframe']);
  });

  it('tells viewers of now and to come that MJPEG cannot be carried', () => {
    const { heard } = camera.watch();
    camera.begin(trackOf('mjpeg'));
    expect(heard.at(-1)).to.equal('mse-unsupported-codec');
    expect(camera.watch().heard).to.deep.equal(['mse-unsupported-codec']);
  });

  it('tells that the camera was removed, and starts anew when it comes back', () => {
    const { heard } = camera.watch();
    camera.hub.remove(camera.origin);
    camera.hub.attach(camera.origin);
    camera.send(80, true);
    expect(heard.slice(3)).to.deep.equal(['removed', 'avc1.640028', 'keyframe', 'fragment', 'keyframe']);
  });
});
