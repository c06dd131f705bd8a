import { expect } from 'chai';
import {
  addLoopback,
  addPublicAddresses,
} from '../../../../../workers/rtsp/outputs/webrtc/sdp/candidates.ts';
import {
  completeAnswer,
  readAnswer,
  readOffer,
} from '../../../../../workers/rtsp/outputs/webrtc/sdp/negotiation.ts';
import { browserAnswer, browserOffer, PeerDouble } from '../../../../doubles/peer-double.ts';
import { codeOf } from '../../../../support/errors.ts';

const linesOf = (sdp: string, start: string) => sdp.split('\r\n').filter((line) => line.startsWith(start));

/** What a player that offers gets for an answer. */
async function answerTo(offer: string, { wantsAudio = false } = {}): Promise<string> {
  const read = readOffer(offer, { wantsAudio });
  const handlers = { onState: () => {}, onOpen: () => {}, onRtcp: () => {} };
  const audio = read.audio === undefined ? undefined : { ...read.audio, ssrc: 2 };
  const peer = new PeerDouble({ mid: read.mid, ssrc: 1, codecs: read.codecs, audio }, handlers);
  return completeAnswer(await peer.answer(read.reduced), read);
}

describe("A player's offer", () => {
  it('is read down to the video section', () => {
    const offer = readOffer(browserOffer({ media: ['audio', 'video', 'application'] }));
    expect(offer.mid).to.equal('1');
    expect(offer.ufrag).to.equal('abcd');
    expect(offer.codecs.map(({ payloadType }) => payloadType)).to.deep.equal([102]);
    expect(linesOf(offer.reduced, 'm=')).to.deep.equal(['m=video 9 UDP/TLS/RTP/SAVPF 102']);
    expect(linesOf(offer.reduced, 'a=group:')).to.deep.equal(['a=group:BUNDLE 1']);
    expect(linesOf(offer.reduced, 'a=ice-ufrag:')).to.have.length(1);
  });

  it('is answered section by section, in its order and in one bundle', async () => {
    const answer = await answerTo(browserOffer({ media: ['audio', 'video', 'application'] }));
    expect(linesOf(answer, 'm=')).to.deep.equal([
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'm=video 9911 UDP/TLS/RTP/SAVPF 102',
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
    ]);
    expect(linesOf(answer, 'a=mid:')).to.deep.equal(['a=mid:0', 'a=mid:1', 'a=mid:2']);
    expect(linesOf(answer, 'a=group:')).to.deep.equal(['a=group:BUNDLE 0 1']);
    expect(linesOf(answer, 'a=inactive')).to.have.length(1);
  });

  it('finds candidates in the first section too, where the rest of a bundle looks for them', async () => {
    const [audio = '', video = ''] = (await answerTo(browserOffer({ media: ['audio', 'video'] })))
      .split('m=')
      .slice(1);
    expect(audio).to.include('a=candidate:');
    expect(video).to.include('a=candidate:');
  });

  it('prefers the profile that every browser decodes, and needs fragments', () => {
    const offer = browserOffer({ codecs: ['H264', 'H264', 'H264', 'H265', 'VP8'] })
      .replace('102 packetization-mode=1', '102 packetization-mode=0')
      .replace(
        '103 packetization-mode=1;profile-level-id=42e01f',
        '103 packetization-mode=1;profile-level-id=64001f',
      );
    expect(readOffer(offer).codecs.map(({ codec, payloadType }) => [codec, payloadType])).to.deep.equal([
      ['h264', 104],
      ['hevc', 105],
    ]);
  });

  it('may be a section that is only bundled, with its transport elsewhere', () => {
    const [head = '', audio = '', video = ''] = browserOffer({ media: ['audio', 'video'] }).split(/(?=m=)/);
    const bare = video
      .replace('m=video 9 ', 'm=video 0 ')
      .replace('a=mid:1', 'a=mid:1\r\na=bundle-only')
      .replace(/a=(ice-ufrag|ice-pwd|fingerprint|setup):[^\r]*\r\n/g, '');
    const { reduced } = readOffer(head + audio + bare);
    expect(linesOf(reduced, 'a=ice-ufrag:')).to.deep.equal(['a=ice-ufrag:abcd']);
    expect(linesOf(reduced, 'm=')[0]).to.match(/^m=video 9 /);
  });

  it('keeps its candidates from the library, which would use them before the client has the answer', () => {
    const candidate = 'candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host';
    const { reduced, candidates } = readOffer(`${browserOffer()}a=${candidate}\r\n`);
    expect(candidates).to.deep.equal([candidate]);
    expect(linesOf(reduced, 'a=candidate:')).to.deep.equal([]);
  });

  it('leaves the choice of who starts DTLS to the library', () => {
    expect(linesOf(readOffer(browserOffer()).reduced, 'a=setup:')).to.deep.equal(['a=setup:actpass']);
  });

  it('loses candidates that are names, other protocols or more than anybody has', () => {
    const candidate = (index: number, address: string, protocol = 'udp') =>
      `a=candidate:${index} 1 ${protocol} 2113937151 ${address} 50000 typ host\r\n`;
    const many = Array.from({ length: 100 }, (_, index) => candidate(index, '192.0.2.7')).join('');
    const names = candidate(1, '5f3c.local') + candidate(2, '192.0.2.7', 'tcp') + candidate(3, '999.1.1.1');
    expect(readOffer(browserOffer() + names).candidates).to.deep.equal([]);
    expect(readOffer(browserOffer() + many).candidates).to.have.length(64);
  });

  it('is answered with sound where there is some, in whichever place it stands', async () => {
    for (const media of [
      ['audio', 'video'],
      ['video', 'audio'],
    ]) {
      const answer = await answerTo(browserOffer({ media }), { wantsAudio: true });
      expect(linesOf(answer, 'm=').map((line) => line.slice(2, 7))).to.deep.equal(media);
      expect(linesOf(answer, 'a=group:')).to.deep.equal(['a=group:BUNDLE 0 1']);
      expect(linesOf(answer, 'a=inactive')).to.deep.equal([]);
    }
  });

  it('says which codecs of sound the player takes, static ones without a name too', () => {
    const offer = browserOffer({ media: ['video', 'audio'] }).replace('SAVPF 111', 'SAVPF 13 111 8 0 112');
    expect(readOffer(offer, { wantsAudio: true }).audio).to.deep.equal({
      mid: '1',
      codecs: [
        { codec: 'opus', payloadType: 111, parameters: 'minptime=10;useinbandfec=1' },
        { codec: 'pcma', payloadType: 8 },
        { codec: 'pcmu', payloadType: 0 },
      ],
    });
  });

  const silent: Record<string, string> = {
    'asks for none': browserOffer(),
    'takes no codec of ours': browserOffer({ media: ['video', 'audio'] }).replace(
      'opus/48000/2',
      'G722/8000',
    ),
    'wants it in a connection of its own': browserOffer({ media: ['video', 'audio'] }).replace(
      'BUNDLE 0 1',
      'BUNDLE 0',
    ),
    'wants to send it': browserOffer({ media: ['audio', 'video'] }).replace('a=recvonly', 'a=sendonly'),
  };
  for (const [name, offer] of Object.entries(silent)) {
    it(`is served the picture alone when it ${name}`, () => {
      const { audio, reduced } = readOffer(offer, { wantsAudio: true });
      expect(audio).to.equal(undefined);
      expect(linesOf(reduced, 'm=')).to.deep.equal(['m=video 9 UDP/TLS/RTP/SAVPF 102']);
    });
  }

  const malformed: Record<string, string> = {
    'no description': 'hello',
    'an empty one': '',
    'one without media': 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n',
    'one for audio only': browserOffer({ media: ['audio'] }),
    'one that wants to send': browserOffer().replace('a=recvonly', 'a=sendonly'),
    'one without ICE': browserOffer().replace('a=ice-ufrag:abcd\r\n', ''),
    'one without encryption': browserOffer().replace(/a=fingerprint:[^\r]*\r\n/, ''),
    'a line of another kind': browserOffer().replace('t=0 0', 'nonsense'),
    'a malformed media line': browserOffer().replace('m=video 9 ', 'm=video nine '),
    'a malformed media id': browserOffer().replace('a=mid:0', 'a=mid:a b'),
    'too many sections': browserOffer({ media: Array(17).fill('video') }),
    'too long a one': browserOffer() + 'a=x\r\n'.repeat(20_000),
  };
  for (const [name, offer] of Object.entries(malformed)) {
    it(`is refused: ${name}`, () => {
      expect(codeOf(() => readOffer(offer))).to.equal('invalid-sdp');
    });
  }

  it('is refused when it has no codec in common with us', () => {
    expect(codeOf(() => readOffer(browserOffer({ codecs: ['VP8'] })))).to.equal('webrtc-unsupported-codec');
  });
});

describe('The answer to our offer', () => {
  it('says which codecs the client takes', () => {
    expect(readAnswer(browserAnswer([96, 97])).codecs.map(({ codec }) => codec)).to.deep.equal([
      'h264',
      'hevc',
    ]);
  });

  it('says which sound it takes of what was offered; none is fine too', () => {
    const taken = (audio: number[]) => readAnswer(browserAnswer([96], audio), { hasAudio: true }).audio;
    expect(taken([111, 0]).map(({ codec }) => codec)).to.deep.equal(['opus', 'pcmu']);
    expect(taken([])).to.deep.equal([]);
  });

  it('is refused when it has another number of sections than the offer', () => {
    expect(codeOf(() => readAnswer(browserAnswer([96]), { hasAudio: true }))).to.equal('invalid-sdp');
    expect(codeOf(() => readAnswer(browserAnswer([96], [111])))).to.equal('invalid-sdp');
  });

  it('is refused when it takes none, or is no answer to it', () => {
    expect(codeOf(() => readAnswer(browserAnswer([])))).to.equal('webrtc-unsupported-codec');
    expect(codeOf(() => readAnswer(browserOffer({ media: ['video', 'audio'] })))).to.equal('invalid-sdp');
    expect(codeOf(() => readAnswer('v=0'))).to.equal('invalid-sdp');
  });
});

describe('Public addresses', () => {
  const sdp = 'v=0\r\na=candidate:1 1 UDP 2114977791 192.0.2.2 9911 typ host\r\na=end-of-candidates\r\n';

  it('are added to those that were found, with the shared port', () => {
    expect(addPublicAddresses(sdp, ['203.0.113.9', '2001:db8::1', '192.0.2.2'], 9911)).to.equal(
      [
        'v=0',
        'a=candidate:1 1 UDP 2114977791 192.0.2.2 9911 typ host',
        'a=candidate:409 1 UDP 2113000000 203.0.113.9 9911 typ host',
        'a=candidate:619 1 UDP 2112999999 2001:db8::1 9911 typ host',
        'a=end-of-candidates',
        '',
      ].join('\r\n'),
    );
  });

  it('are the loopback of a machine without a network', () => {
    expect(addPublicAddresses('v=0\r\na=end-of-candidates\r\n', [], 9911)).to.include(
      ' 127.0.0.1 9911 typ host',
    );
  });
});

describe('The loopback address', () => {
  const sdp = 'v=0\r\na=candidate:1 1 UDP 2114977791 192.0.2.2 9911 typ host\r\na=end-of-candidates\r\n';
  const local = 'candidate:7 1 udp 2130706431 127.0.0.1 50000 typ host';

  it('is in the answer to a client that names one, before every other', () => {
    expect(linesOf(addLoopback(sdp, [local], 9911), 'a=candidate:')).to.include(
      'a=candidate:lo 1 UDP 2130706431 127.0.0.1 9911 typ host',
    );
  });

  it('is in no other answer, and in none twice', () => {
    expect(addLoopback(sdp, ['candidate:7 1 udp 1 192.0.2.7 50000 typ host'], 9911)).to.equal(sdp);
    const once = addLoopback(sdp, [local], 9911);
    expect(addLoopback(once, [local], 9911)).to.equal(once);
  });
});
