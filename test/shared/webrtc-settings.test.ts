import { expect } from 'chai';
import { readWebrtcSettings } from '#shared/webrtc-settings.ts';

describe('WebRTC settings', () => {
  it('by default contact no server and use the ports of the workers', () => {
    expect(readWebrtcSettings({})).to.deep.equal({
      publicAddresses: [],
      iceServers: [],
      udpPort: undefined,
      maxSessions: 256,
    });
  });

  it('take public addresses of both kinds', () => {
    expect(
      readWebrtcSettings({ WEBRTC_PUBLIC_IP: '203.0.113.9, 2001:db8::1' }).publicAddresses,
    ).to.deep.equal(['203.0.113.9', '2001:db8::1']);
  });

  it('take servers as JSON, as browsers write them', () => {
    const servers = [
      { urls: 'stun:stun.example.net' },
      { urls: ['turn:turn.example.net:3478', 'turns:turn.example.net'], username: 'u', credential: 'p,"x' },
      'stun:other.example.net:3478',
    ];
    expect(readWebrtcSettings({ ICE_SERVERS: JSON.stringify(servers) }).iceServers).to.deep.equal([
      { urls: ['stun:stun.example.net'] },
      { urls: ['turn:turn.example.net:3478', 'turns:turn.example.net'], username: 'u', credential: 'p,"x' },
      { urls: ['stun:other.example.net:3478'] },
    ]);
  });

  it('take servers as a list, with credentials as many write them', () => {
    const text = 'stun:stun.example.net, turn:user:p@ss:w@turn.example.net:3478?transport=tcp';
    expect(readWebrtcSettings({ ICE_SERVERS: text }).iceServers).to.deep.equal([
      { urls: ['stun:stun.example.net'] },
      { urls: ['turn:turn.example.net:3478?transport=tcp'], username: 'user', credential: 'p@ss:w' },
    ]);
  });

  it('take a port of their own', () => {
    expect(readWebrtcSettings({ WEBRTC_UDP_PORT: '9000' }).udpPort).to.equal(9000);
  });

  for (const [name, env] of Object.entries({
    WEBRTC_PUBLIC_IP: { WEBRTC_PUBLIC_IP: 'cameras.example' },
    WEBRTC_UDP_PORT: { WEBRTC_UDP_PORT: '70000' },
  })) {
    it(`name ${name} when it is wrong`, () => {
      expect(() => readWebrtcSettings(env)).to.throw(name);
    });
  }

  for (const text of ['http://x', '[{"urls":1}]', '[', '{"urls":"stun:x"}', 'turn:user:S3cr3t@bad host']) {
    it(`refuse ${text} without repeating what may be a secret`, () => {
      const read = () => readWebrtcSettings({ ICE_SERVERS: text });
      expect(read).to.throw(/^ICE_SERVERS is "\(hidden\)"/);
    });
  }
});
