import { expect } from 'chai';
import { waitFor } from '../../../support/wait-for.ts';
import { movingSource, Stage } from '../support/serve.ts';

const TCP = 'RTP/AVP/TCP;unicast;interleaved=0-1';

describe('RTSP requests', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  it('OPTIONS names what can be asked', async () => {
    const probe = await stage.connect(await stage.serveCamera());
    const answer = await probe.request('OPTIONS', '/cam');
    expect(answer.status).to.equal(200);
    expect(answer.header('public')?.split(', ')).to.have.members([
      'OPTIONS',
      'DESCRIBE',
      'SETUP',
      'PLAY',
      'TEARDOWN',
      'GET_PARAMETER',
    ]);
  });

  it('every answer repeats the CSeq of its request', async () => {
    const probe = await stage.connect(await stage.serveCamera());
    await probe.request('OPTIONS', '/cam');
    expect((await probe.request('OPTIONS', '/cam')).header('cseq')).to.equal('2');
  });

  it('DESCRIBE tells codec, parameter sets, frame rate and the track address', async () => {
    const server = await stage.serveCamera();
    const answer = await (await stage.connect(server)).request('DESCRIBE', '/cam');
    expect(answer.header('content-type')).to.equal('application/sdp');
    expect(answer.header('content-base')).to.equal(`${server.url('/cam')}/`);
    expect(answer.body.split('\r\n')).to.include.members([
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H264/90000',
      'a=fmtp:96 packetization-mode=1;profile-level-id=42C01E;sprop-parameter-sets=Z0LAHhE=,aM4i',
      'a=framerate:50',
      'a=control:trackID=0',
    ]);
  });

  it('SETUP takes the channels that the client asks for', async () => {
    const probe = await stage.connect(await stage.serveCamera());
    const { setUp } = await probe.play('/cam', 'RTP/AVP/TCP;unicast;interleaved=4-5');
    expect(setUp.header('transport')).to.match(/^RTP\/AVP\/TCP;unicast;interleaved=4-5;ssrc=[0-9A-F]{8}$/);
    expect(setUp.header('session')).to.match(/^[0-9a-f]{16};timeout=60$/);
    await waitFor(() => (probe.received.get(4)?.length ?? 0) > 3, { message: 'packets on channel 4' });
    expect(probe.received.get(0)).to.equal(undefined);
  });

  it('SETUP chooses the first of several transports that it knows', async () => {
    const probe = await stage.connect(await stage.serveCamera());
    const offers = `RTP/SAVP;unicast;client_port=5000-5001,${TCP}`;
    const answer = await probe.request('SETUP', '/cam/trackID=0', { Transport: offers });
    expect(answer.header('transport')).to.match(/^RTP\/AVP\/TCP/);
  });

  it('PLAY says with which packet the client begins', async () => {
    const server = await stage.serveCamera();
    const first = await stage.connect(server);
    await first.play('/cam');
    await first.waitForPackets(1);
    const probe = await stage.connect(server);
    const { play } = await probe.play('/cam');
    const [packet] = await probe.waitForPackets(1);
    const info = `url=${server.url('/cam')}/trackID=0;seq=${packet?.sequence};rtptime=${packet?.timestamp}`;
    expect(play.header('rtp-info')).to.equal(info);
    expect(play.header('range')).to.equal('npt=now-');
  });

  it('GET_PARAMETER answers a keep-alive', async () => {
    const probe = await stage.connect(await stage.serveCamera());
    await probe.play('/cam');
    expect((await probe.request('GET_PARAMETER', '/cam')).status).to.equal(200);
  });

  it('TEARDOWN ends the session and leaves the connection', async () => {
    const server = await stage.serveCamera();
    const probe = await stage.connect(server);
    await probe.play('/cam');
    expect((await probe.request('TEARDOWN', '/cam')).status).to.equal(200);
    expect(server.stats().sessions).to.deep.equal([]);
    expect((await probe.request('PLAY', '/cam')).status).to.equal(454);
    expect((await probe.request('OPTIONS', '/cam')).status).to.equal(200);
  });

  for (const [what, method, path, headers, status] of [
    ['a path that is not served', 'DESCRIBE', '/other', {}, 404],
    ['a path that is not served', 'SETUP', '/other/trackID=0', { Transport: TCP }, 404],
    ['a session that is not there', 'PLAY', '/cam', { Session: 'unknown' }, 454],
    ['no session', 'PLAY', '/cam', {}, 454],
    ['a session that is not there', 'GET_PARAMETER', '/cam', { Session: 'unknown' }, 454],
    ['multicast', 'SETUP', '/cam/trackID=0', { Transport: 'RTP/AVP;multicast' }, 461],
    ['encryption', 'SETUP', '/cam/trackID=0', { Transport: 'RTP/SAVP;unicast;client_port=5000-5001' }, 461],
    ['UDP without ports', 'SETUP', '/cam/trackID=0', { Transport: 'RTP/AVP;unicast' }, 461],
    ['a method that cameras do not offer', 'RECORD', '/cam', {}, 405],
    ['a method that does not exist', 'DANCE', '/cam', {}, 501],
  ] as const) {
    it(`${method} with ${what} is answered ${status}`, async () => {
      const probe = await stage.connect(await stage.serveCamera());
      expect((await probe.request(method, path, headers)).status).to.equal(status);
    });
  }

  it('SETUP during play is answered 455', async () => {
    const probe = await stage.connect(await stage.serveCamera());
    await probe.play('/cam');
    expect((await probe.request('SETUP', '/cam/trackID=0', { Transport: TCP })).status).to.equal(455);
  });

  it('what is not RTSP is answered 400 and the connection ends', async () => {
    const probe = await stage.connect(await stage.serveCamera());
    probe.socket.write('GET / HTTP/1.1\r\n\r\n');
    await probe.waitForClose();
    expect(probe.unread, 'answers').to.equal(1);
  });

  it('serves paths with a query, as many cameras have', async () => {
    const path = '/live?channel=1&subtype=0';
    const probe = await stage.connect(await stage.serve({ streams: new Map([[path, movingSource()]]) }));
    await probe.play(path);
    await probe.waitForPackets(1);
  });
});
