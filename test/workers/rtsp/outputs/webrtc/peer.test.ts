import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { PeerConnection, type Track } from 'node-datachannel';
import {
  loadPeers,
  type PeerMedia,
  type PeerState,
} from '../../../../../workers/rtsp/outputs/webrtc/peer.ts';
import { UdpPort } from '../../../../../workers/rtsp/outputs/webrtc/udp-port.ts';
import { rejection } from '../../../../support/errors.ts';
import { waitFor } from '../../../../support/wait-for.ts';

const H264 = { codec: 'h264', payloadType: 96, parameters: 'packetization-mode=1' } as const;
const HEVC = { codec: 'hevc', payloadType: 97 } as const;
const SSRC = 0xcafe;
const TRACK_LINGER_MS = 1000;

describe('A peer of the library', () => {
  const open: { close(): void }[] = [];

  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });

  async function ours({ audio }: Pick<PeerMedia, 'audio'> = {}) {
    const udpPort = await new UdpPort(0, false).claim();
    const create = await loadPeers(udpPort);
    const states: PeerState[] = [];
    const received = { isOpen: false, rtcp: [] as Buffer[] };
    const peer = create(
      { mid: '0', ssrc: SSRC, codecs: [H264, HEVC], audio },
      {
        onState: (state) => states.push(state),
        onOpen: () => {
          received.isOpen = true;
        },
        onRtcp: (bytes) => received.rtcp.push(bytes),
      },
    );
    open.push(peer);
    return { peer, states, received, udpPort };
  }

  function viewer() {
    const connection = new PeerConnection('viewer', { iceServers: [], disableAutoNegotiation: true });
    const packets: Buffer[] = [];
    const tracks: Track[] = [];
    connection.onTrack((track) => {
      tracks.push(track);
      track.onMessage((packet) => packets.push(packet));
    });
    open.push({
      close: () => {
        connection.close();
        // The library's threads may be calling the listener of a packet in this moment.
        setTimeout(() => {
          for (const track of tracks) track.close();
        }, TRACK_LINGER_MS);
      },
    });
    return { connection, packets };
  }

  /**
   * The viewer's answer with its candidates. It is not told ours: where it checks first, our side may connect
   * before the library has taken in the answer, which loses the connection.
   */
  async function answer({ connection }: ReturnType<typeof viewer>, offer: string): Promise<string> {
    connection.setRemoteDescription(offer.replaceAll(/^a=candidate:.*\r\n/gm, ''), 'offer');
    connection.setLocalDescription('answer');
    await waitFor(() => connection.gatheringState() === 'complete');
    return connection.localDescription()?.sdp as string;
  }

  it('offers from the shared port only, and sends what it is given', async () => {
    const { peer, states, received, udpPort } = await ours();
    const offer = await peer.offer();
    const ports = [...offer.matchAll(/^a=candidate:\S+ \d+ UDP \d+ \S+ (\d+)/gm)].map((match) =>
      Number(match[1]),
    );
    expect(new Set(ports)).to.deep.equal(new Set([udpPort]));
    expect(offer).to.include('a=rtpmap:96 H264/90000').and.to.include('a=rtpmap:97 H265/90000');

    const other = viewer();
    peer.acceptAnswer(await answer(other, offer));
    await waitFor(() => received.isOpen);
    expect(states.at(-1)).to.equal('connected');

    const packet = Buffer.concat([
      Buffer.from([0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0xca, 0xfe]),
      Buffer.from('x'),
    ]);
    const delivered = await waitFor(() => {
      peer.send(packet);
      return other.packets.find((candidate) => candidate.equals(packet));
    });
    expect(delivered.equals(packet)).to.equal(true);
  });

  describe('with sound', () => {
    const OPUS = { codec: 'opus', payloadType: 111, parameters: 'minptime=10' } as const;
    const audio = { mid: '1', ssrc: 0xbeef, codecs: [OPUS, { codec: 'pcmu', payloadType: 0 } as const] };
    const picture = Buffer.from([0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0xca, 0xfe, 1]);
    const sound = Buffer.from([0x80, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0xbe, 0xef, 2]);

    it('offers it in a section of its own and sends both', async () => {
      const { peer } = await ours({ audio });
      const offer = await peer.offer();
      expect(offer.match(/^m=\w+/gm)).to.deep.equal(['m=video', 'm=audio']);
      expect(offer).to.include('a=rtpmap:111 OPUS/48000/2').and.to.include('a=rtpmap:0 PCMU/8000');
      const other = viewer();
      peer.acceptAnswer(await answer(other, offer));
      await waitFor(() => {
        peer.send(picture);
        peer.sendAudio(sound);
        return [picture, sound].every((packet) => other.packets.some((got) => got.equals(packet)));
      });
    });

    it('plays the picture to a client that refuses it', async () => {
      const { peer } = await ours({ audio });
      const other = viewer();
      const whole = await answer(other, await peer.offer());
      const [video = '', refused = ''] = whole.split(/(?=m=audio)/);
      peer.acceptAnswer(
        video + refused.replace(/^m=audio \d+/, 'm=audio 0').replace('a=recvonly', 'a=inactive'),
      );
      await waitFor(() => {
        peer.send(picture);
        peer.sendAudio(sound);
        return other.packets.some((got) => got.equals(picture));
      });
      expect(other.packets.some((got) => got.equals(sound))).to.equal(false);
    });
  });

  it('refuses descriptions that it cannot use', async () => {
    const { peer } = await ours();
    await peer.offer();
    expect((await rejection((async () => peer.acceptAnswer('v=0\r\n'))())).code).to.equal('invalid-sdp');
  });

  it('does nothing once it is closed, for every call', async () => {
    const { peer, states } = await ours();
    await peer.offer();
    const told = states.length;
    peer.close();
    peer.close();
    peer.send(Buffer.alloc(20));
    peer.addCandidate('candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host');
    expect((await rejection(peer.offer())).code).to.equal('webrtc-unavailable');
    expect(states).to.have.length(told);
  });

  it('passes over a candidate that comes when the connection has ended', async () => {
    const { peer, states } = await ours();
    const whole = await answer(viewer(), await peer.offer());
    // The certificate is another one than announced.
    peer.acceptAnswer(whole.replace(/^(a=fingerprint:sha-256 ).*/m, `$1${Array(32).fill('AB').join(':')}`));
    await waitFor(() => states.includes('failed'));
    peer.addCandidate('candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host');
  });

  it('lets go of its owner with the close, though the track lingers', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const create = await loadPeers(await new UdpPort(0, false).claim());
    const owned = (): WeakRef<object> => {
      const owner = { onState: () => {}, onOpen: () => {}, onRtcp: () => {} };
      const peer = create({ mid: '0', ssrc: SSRC, codecs: [H264] }, owner);
      open.push(peer);
      peer.close();
      return new WeakRef(owner);
    };
    const owner = owned();
    // What was made in this turn of the event loop is kept until its end.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(owner.deref()).to.equal(undefined);
  });

  it('shares its port with the others of this process', async () => {
    const udpPort = await new UdpPort(0, false).claim();
    const create = await loadPeers(udpPort);
    const handlers = { onState: () => {}, onOpen: () => {}, onRtcp: () => {} };
    const offers = await Promise.all(
      [1, 2, 3].map((ssrc) => {
        const peer = create({ mid: '0', ssrc, codecs: [H264] }, handlers);
        open.push(peer);
        return peer.offer();
      }),
    );
    expect(offers.every((offer) => offer.includes(` ${udpPort} typ host`))).to.equal(true);
  });
});
