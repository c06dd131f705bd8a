import { expect } from 'chai';
import type { VideoTrack } from '#shared/media/packet.ts';
import {
  MseBroadcasts,
  type MseFragment,
  type MseViewer,
  type WantedSound,
} from '../../../../../workers/rtsp/outputs/mse/mse-broadcast.ts';
import { GopCache } from '../../../../../workers/rtsp/packets/gop-cache.ts';
import { PacketHub, type PacketSubscriber } from '../../../../../workers/rtsp/packets/packet-hub.ts';
import { AAC_TRACK, packetOf, SETS, trackOf } from '../../../../shared/media/mp4/material.ts';
import { findBox, parseBoxes } from '../../../../support/mp4-boxes.ts';

/** The first byte of a packet of one frame. */
const OPUS_20_MS = Buffer.from([0xf8]);

/** One camera whose packets a test sends. */
class Camera {
  readonly hub = new PacketHub();
  readonly origin: { track: VideoTrack | undefined; gop: GopCache } = {
    track: undefined,
    gop: new GopCache(),
  };
  subscriptions = 0;
  readonly broadcasts: MseBroadcasts;
  /** Transcoders that are open. */
  transcoders = 0;

  constructor() {
    this.hub.attach(this.origin);
    const subscribePackets = (_id: string, subscriber: PacketSubscriber) => {
      this.subscriptions += 1;
      const { close } = this.hub.subscribe(subscriber);
      return {
        close: () => {
          this.subscriptions -= 1;
          close();
        },
      };
    };
    this.broadcasts = new MseBroadcasts({ subscribePackets }, (_track, emit) => {
      this.transcoders += 1;
      return {
        push: ({ data, ticks }) => emit({ data: Buffer.concat([OPUS_20_MS, data]), ticks }),
        close: () => {
          this.transcoders -= 1;
        },
      };
    });
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

  sound(): void {
    this.hub.publishAudio(this.origin, { data: Buffer.from('a frame'), ticks: 0 });
  }

  /** A viewer that writes down what it hears. */
  watch(sound?: WantedSound) {
    const heard: string[] = [];
    const fragments: MseFragment[] = [];
    const viewer: MseViewer = {
      onHead: ({ codecString, isSoundLeftOut }) =>
        void heard.push(isSoundLeftOut ? `${codecString} and more` : codecString),
      onFragment: (fragment) => {
        fragments.push(fragment);
        heard.push(fragment.keyframe ? 'keyframe' : 'fragment');
      },
      onUnsupported: ({ code }) => void heard.push(code),
      onRemoved: () => void heard.push('removed'),
      onFailure: () => void heard.push('failed'),
    };
    const { close } = this.broadcasts.join('1', viewer, sound);
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

  describe('of a camera with sound', () => {
    const withSound = { ...trackOf('h264', SETS.high), audio: AAC_TRACK };
    const tracksIn = ({ data }: MseFragment) =>
      findBox(parseBoxes(data), 'moof')
        .children.filter(({ type }) => type === 'traf')
        .map(({ children }) => findBox(children, 'tfhd').body.readUInt32BE(4));

    beforeEach(() => {
      camera = new Camera();
      camera.begin(withSound);
      camera.send(0, true);
    });

    it('names both codecs, and starts with a picture as ever', () => {
      expect(camera.watch().heard).to.deep.equal(['avc1.640028,mp4a.40.2', 'keyframe']);
    });

    it('sends sound along with the next picture', () => {
      const { fragments } = camera.watch();
      camera.sound();
      expect(fragments).to.have.length(1);
      camera.send(40);
      expect(fragments.map(tracksIn)).to.deep.equal([
        [1, 2],
        [1, 2],
      ]);
      expect(fragments[1]?.data.includes('a frame')).to.equal(true);
    });

    it('sends sound alone when the next picture lets it wait', () => {
      const { fragments } = camera.watch();
      for (let index = 0; index < 4; index += 1) camera.sound();
      expect(fragments.slice(1).map(tracksIn)).to.deep.equal([[2]]);
    });

    it('is without for viewers that want none', () => {
      const silent = camera.watch('none');
      const other = camera.watch();
      camera.sound();
      camera.send(40);
      expect(silent.heard[0]).to.equal('avc1.640028 and more');
      expect(silent.fragments.map(tracksIn)).to.deep.equal([[1], [1]]);
      expect(other.heard[0]).to.equal('avc1.640028,mp4a.40.2');
    });

    describe('that browsers do not take', () => {
      const pcm = { codec: 'pcmu', clockHz: 8000, channels: 1, config: Buffer.alloc(0) } as const;

      beforeEach(() => {
        camera = new Camera();
        camera.begin({ ...trackOf('h264', SETS.high), audio: pcm });
        camera.send(0, true);
      });

      it('leaves it out and says so, and converts nothing', () => {
        const { heard, fragments } = camera.watch();
        camera.sound();
        camera.send(40);
        expect(heard[0]).to.equal('avc1.640028 and more');
        expect(fragments.map(tracksIn)).to.deep.equal([[1], [1]]);
        expect(camera.transcoders).to.equal(0);
      });

      it('converts it for viewers that want any, once, and while there are any', () => {
        const viewers = [camera.watch('any'), camera.watch('any')];
        expect(viewers.map(({ heard }) => heard[0])).to.deep.equal(['avc1.640028,opus', 'avc1.640028,opus']);
        camera.sound();
        camera.send(40);
        expect(viewers[0]?.fragments.at(-1)?.data.includes('a frame')).to.equal(true);
        expect(camera.transcoders).to.equal(1);
        for (const { close } of viewers) close();
        expect(camera.transcoders).to.equal(0);
      });

      it('converts the sound of the next session anew', () => {
        camera.watch('any');
        camera.begin({ ...trackOf('h264', SETS.high), audio: pcm });
        expect(camera.transcoders).to.equal(1);
        camera.begin();
        expect(camera.transcoders).to.equal(0);
      });
    });

    it('ends the sound of a head before the next one', () => {
      const { heard, fragments } = camera.watch();
      camera.sound();
      camera.begin({ ...trackOf('h264', SETS.bframes), audio: AAC_TRACK });
      camera.send(0, true);
      expect(heard).to.deep.equal([
        'avc1.640028,mp4a.40.2',
        'keyframe',
        'fragment',
        'avc1.4d401e,mp4a.40.2',
        'keyframe',
      ]);
      expect(tracksIn(fragments[1] as MseFragment)).to.deep.equal([2]);
    });
  });

  it('ends a viewer that fails, and no other', () => {
    const good = camera.watch();
    const heard: string[] = [];
    const bad: MseViewer = {
      onHead: () => void heard.push('head'),
      onFragment: () => {
        throw new Error('no');
      },
      onUnsupported: () => void heard.push('unsupported'),
      onRemoved: () => void heard.push('removed'),
      onFailure: () => void heard.push('failed'),
    };
    camera.broadcasts.join('1', bad);
    camera.send(80);
    expect(heard).to.deep.equal(['head', 'failed']);
    expect(good.heard.at(-1)).to.equal('fragment');
  });
});
