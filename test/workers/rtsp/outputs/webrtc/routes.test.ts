import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { WebSocket, WebSocketServer } from 'ws';
import { AppError } from '#shared/errors.ts';
import { problemHandler } from '#shared/http/problem.ts';
import { Redactor } from '#shared/redact.ts';
import { webrtcRoutes } from '../../../../../workers/rtsp/outputs/webrtc/routes.ts';
import { SessionSet } from '../../../../../workers/rtsp/outputs/webrtc/session-set.ts';
import { findSessionSocket } from '../../../../../workers/rtsp/outputs/webrtc/session-socket.ts';
import { UdpPort } from '../../../../../workers/rtsp/outputs/webrtc/udp-port.ts';
import { whepRoutes } from '../../../../../workers/rtsp/outputs/webrtc/whep-routes.ts';
import { PacketCameras } from '../../../../doubles/packet-cameras.ts';
import { browserAnswer, browserOffer, PeerFactory } from '../../../../doubles/peer-double.ts';
import { getJson, postJson } from '../../../../support/http.ts';
import { listening, originOf, silentLog, stop } from '../../../../support/serve.ts';
import { waitFor } from '../../../../support/wait-for.ts';

const ICE_SERVERS = [
  { urls: ['stun:stun.example.net'] },
  { urls: ['turn:turn.example.net?transport=tcp'], username: 'u"1', credential: 'TurnS3cret' },
];
const CANDIDATE = 'candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host';

describe('WebRTC over HTTP', () => {
  let cameras: PacketCameras;
  let factory: PeerFactory;
  let sessions: SessionSet;
  let server: Server;
  let origin: string;

  beforeEach(async () => {
    const log = silentLog;
    cameras = new PacketCameras('1', '2');
    factory = new PeerFactory();
    sessions = new SessionSet({
      cameras,
      udpPort: new UdpPort(0, false),
      publicAddresses: [],
      loadPeers: async () => factory.create,
      log,
    });
    const app = express();
    const options = { sessions, iceServers: ICE_SERVERS, isCounted: false };
    app.use('/api', webrtcRoutes(options)).use('/whep', whepRoutes(options));
    app.use(problemHandler({ log, redactor: new Redactor() }));
    server = createServer(app);
    serveSockets(server);
    await listening(server);
    origin = originOf(server);
  });

  afterEach(() => {
    sessions.close();
    stop(server);
  });

  function serveSockets(http: Server): void {
    const sockets = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const serve = findSessionSocket(request.url ?? '', sessions, { iceServers: ICE_SERVERS });
      if (serve === undefined) socket.destroy();
      else sockets.handleUpgrade(request, socket, head, serve);
    });
  }

  const api = (path: string) => `${origin}/api/webrtc${path}`;

  describe('in which we offer', () => {
    it('starts a session by its path or by a body, and names the servers for ICE', async () => {
      const first = await postJson(api('/stream/1'), {});
      expect(first.status).to.equal(200);
      expect(first.body).to.deep.include({ sessionId: '1_0', cameraId: '1', iceServers: ICE_SERVERS });
      expect(first.body.offer.type).to.equal('offer');
      expect(first.body.offer.sdp).to.match(/^v=0\r\n/);
      expect(first.body.websocketUrl).to.equal(`${origin.replace('http', 'ws')}/ws/webrtc/1_0`);
      expect((await postJson(api('/offer'), { cameraId: 2 })).body.sessionId).to.equal('2_1');
    });

    it('takes the answer and candidates as browsers give them', async () => {
      await postJson(api('/stream/1'), {});
      const answer = await postJson(api('/answer'), {
        sessionId: '1_0',
        sdp: browserAnswer(),
        type: 'answer',
      });
      expect([answer.status, answer.body]).to.deep.equal([200, { success: true, sessionId: '1_0' }]);
      const init = { candidate: CANDIDATE, sdpMid: '0', sdpMLineIndex: 0 };
      for (const candidate of [init, CANDIDATE, `a=${CANDIDATE}`, '', null]) {
        expect((await postJson(api('/candidate'), { sessionId: '1_0', candidate })).status).to.equal(200);
      }
      expect(factory.last.candidates).to.deep.equal([CANDIDATE, CANDIDATE, CANDIDATE]);
    });

    it('lists every session, and ends one', async () => {
      await postJson(api('/stream/1'), {});
      await postJson(api('/stream/2'), {});
      const { body } = await getJson(`${origin}/api/streams/status`);
      expect(body.activeSessions).to.equal(2);
      expect(body.sessions.map(({ sessionId }: { sessionId: string }) => sessionId)).to.deep.equal([
        '1_0',
        '2_1',
      ]);
      expect((await fetch(api('/sessions/1_0'), { method: 'DELETE' })).status).to.equal(204);
      expect((await getJson(`${origin}/api/streams/status`)).body.activeSessions).to.equal(1);
    });

    const refusals: [string, string, object, number, string][] = [
      ['an unknown camera', '/offer', { cameraId: '9' }, 404, 'camera-not-found'],
      ['no camera', '/offer', {}, 400, 'missing-field'],
      ['a camera id that is none', '/offer', { cameraId: '../etc' }, 400, 'invalid-field'],
      ['an unknown session', '/answer', { sessionId: '1_7', sdp: browserAnswer() }, 404, 'session-not-found'],
      ['no session', '/answer', { sdp: browserAnswer() }, 400, 'missing-field'],
      ['a malformed answer', '/answer', { sessionId: '1_0', sdp: 'v=1' }, 400, 'invalid-sdp'],
      [
        'an offer for an answer',
        '/answer',
        { sessionId: '1_0', sdp: 'v=0', type: 'offer' },
        400,
        'invalid-field',
      ],
      [
        'candidates too early',
        '/candidate',
        { sessionId: '1_0', candidate: CANDIDATE },
        409,
        'session-state',
      ],
      ['a malformed candidate', '/candidate', { sessionId: '1_0', candidate: 'x' }, 400, 'invalid-field'],
      ['a candidate of another kind', '/candidate', { sessionId: '1_0', candidate: 7 }, 400, 'invalid-field'],
    ];
    for (const [name, path, body, status, code] of refusals) {
      it(`refuses ${name} with ${status}`, async () => {
        await postJson(api('/stream/1'), {});
        const answer = await postJson(api(path), body);
        expect([answer.status, answer.body.code]).to.deep.equal([status, code]);
      });
    }

    it('ends a session whose client can play nothing of ours', async () => {
      await postJson(api('/stream/1'), {});
      const answer = await postJson(api('/answer'), { sessionId: '1_0', sdp: browserAnswer([]) });
      expect([answer.status, answer.body.code]).to.deep.equal([406, 'webrtc-unsupported-codec']);
      expect(sessions.list()).to.deep.equal([]);
    });
  });

  describe('in which the player offers (WHEP)', () => {
    const sdpType = { 'Content-Type': 'application/sdp' };
    const post = (cameraId = '1', headers: Record<string, string> = sdpType, body = browserOffer()) =>
      fetch(`${origin}/whep/${cameraId}`, { method: 'POST', headers, body });
    const fragment = (lines: string[], ufrag = 'abcd') =>
      [`a=ice-ufrag:${ufrag}`, 'a=ice-pwd:x', 'm=video 9 RTP/AVP 0', 'a=mid:0', ...lines, ''].join('\r\n');

    async function patch(response: Response, body: string, change: Record<string, string> = {}) {
      const headers = {
        'Content-Type': 'application/trickle-ice-sdpfrag',
        'If-Match': response.headers.get('etag') as string,
        ...change,
      };
      const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
      const answer = await fetch(locationOf(response), { method: 'PATCH', headers: given, body });
      return { status: answer.status, text: await answer.text() };
    }

    const locationOf = (response: Response) =>
      new URL(response.headers.get('location') as string, response.url);

    it('answers 201 with everything a player needs', async () => {
      const response = await post();
      expect(response.status).to.equal(201);
      expect(response.headers.get('content-type')).to.match(/^application\/sdp/);
      expect(locationOf(response).pathname).to.equal('/whep/1/1_0');
      expect(response.headers.get('etag')).to.match(/^"[^"]+"$/);
      expect(response.headers.get('accept-patch')).to.equal('application/trickle-ice-sdpfrag');
      expect(await response.text()).to.match(/^v=0\r\n/);
    });

    it('names the servers for ICE in Link headers', async () => {
      expect((await post()).headers.get('link')).to.equal(
        [
          '<stun:stun.example.net>; rel="ice-server"',
          '<turn:turn.example.net?transport=tcp>; rel="ice-server"; username="u\\"1"; credential="TurnS3cret"; credential-type="password"',
        ].join(', '),
      );
    });

    it('gives a location that holds from our root and behind any prefix', async () => {
      const location = (await post()).headers.get('location') as string;
      expect(new URL(location, 'http://x/').pathname).to.equal('/whep/1/1_0');
      expect(new URL(location, 'http://x/some/prefix/whep/1').pathname).to.equal('/some/prefix/whep/1/1_0');
      const slashed = (await post('1/')).headers.get('location') as string;
      expect(new URL(slashed, 'http://x/p/whep/1/').pathname).to.equal('/p/whep/1/1_1');
    });

    it('takes trickled candidates', async () => {
      const { status } = await patch(await post(), fragment([`a=${CANDIDATE}`, 'a=end-of-candidates']));
      expect(status).to.equal(204);
      expect(factory.last.candidates).to.deep.equal([CANDIDATE]);
    });

    it('takes the star that players send in place of the ETag', async () => {
      expect((await patch(await post(), fragment([`a=${CANDIDATE}`]), { 'If-Match': '*' })).status).to.equal(
        204,
      );
    });

    it('ends by DELETE', async () => {
      const location = locationOf(await post());
      expect((await fetch(location, { method: 'DELETE' })).status).to.equal(200);
      expect(factory.last.isClosed).to.equal(true);
      expect((await fetch(location, { method: 'DELETE' })).status).to.equal(404);
    });

    it('tells its methods', async () => {
      const endpoint = await fetch(`${origin}/whep/1`, { method: 'OPTIONS' });
      expect([endpoint.status, endpoint.headers.get('accept-post')]).to.deep.equal([204, 'application/sdp']);
      const wrong = await fetch(`${origin}/whep/1`);
      expect([wrong.status, wrong.headers.get('allow')]).to.deep.equal([405, 'OPTIONS, POST']);
    });

    it('refuses what is no offer', async () => {
      expect((await post('1', { 'Content-Type': 'text/plain' })).status).to.equal(415);
      expect((await post('1', sdpType, 'hello')).status).to.equal(400);
      expect((await post('1', sdpType, '')).status).to.equal(400);
      expect((await post('9')).status).to.equal(404);
      expect((await post('1', sdpType, browserOffer({ codecs: ['VP8'] }))).status).to.equal(406);
      expect((await post('1', sdpType, 'v'.repeat(200_000))).status).to.equal(413);
    });

    it('refuses candidates that are not of this session', async () => {
      const response = await post();
      const good = fragment([`a=${CANDIDATE}`]);
      const statusOf = async (body: string, change: Record<string, string> = {}) =>
        (await patch(response, body, change)).status;
      expect(await statusOf(good, { 'If-Match': '"other"' })).to.equal(412);
      expect(await statusOf(good, { 'Content-Type': 'text/plain' })).to.equal(415);
      expect(await statusOf(fragment([`a=${CANDIDATE}`], 'other'), { 'If-Match': '*' })).to.equal(422);
      expect(await statusOf('nonsense')).to.equal(400);
      expect(await statusOf(fragment(['a=candidate:nonsense']))).to.equal(400);
      expect(factory.last.candidates).to.deep.equal([]);
    });

    it('takes candidates without If-Match, which players may leave out', async () => {
      const response = await post();
      expect((await patch(response, fragment([`a=${CANDIDATE}`]), { 'If-Match': '' })).status).to.equal(204);
      expect(factory.last.candidates).to.have.length(1);
    });

    it('knows sessions by their camera and by who offered', async () => {
      await post();
      await postJson(api('/stream/1'), {});
      for (const path of ['2/1_0', '1/1_1', '1/1_9', '1/__proto__']) {
        expect((await fetch(`${origin}/whep/${path}`, { method: 'DELETE' })).status).to.equal(404);
      }
    });
  });

  describe('over WebSocket', () => {
    async function connect(sessionId = '1_0') {
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws/webrtc/${sessionId}`);
      const messages: Record<string, unknown>[] = [];
      socket.on('message', (data) => messages.push(JSON.parse(data.toString())));
      const closed = once(socket, 'close') as Promise<[number, Buffer]>;
      await once(socket, 'open');
      const of = (type: string) => waitFor(() => messages.find((message) => message.type === type));
      return {
        socket,
        messages,
        closed,
        of,
        say: (message: unknown) => socket.send(JSON.stringify(message)),
      };
    }

    beforeEach(() => postJson(api('/stream/1'), {}));

    it('carries the same three steps, and our candidates one by one', async () => {
      const client = await connect();
      await waitFor(() =>
        client.messages.some(({ type, candidate }) => type === 'candidate' && candidate === null),
      );
      expect(client.messages[0]?.candidate).to.deep.equal({
        candidate: 'candidate:1 1 UDP 2114977791 192.0.2.2 9911 typ host',
        sdpMid: '0',
        sdpMLineIndex: 0,
      });
      client.say({ type: 'offer' });
      expect(await client.of('offer')).to.deep.include({ sessionId: '1_0', cameraId: '1' });
      client.say({ type: 'answer', sdp: browserAnswer() });
      expect(await client.of('answer')).to.deep.include({ success: true });
      client.say({ type: 'candidate', candidate: { candidate: CANDIDATE, sdpMid: '0' } });
      await waitFor(() => factory.last.candidates.length === 1);
      factory.last.connect();
      expect(await client.of('state')).to.deep.include({ state: 'connected' });
    });

    it('answers what it cannot do with a code, and stays', async () => {
      const client = await connect();
      for (const message of ['{', '[]', '{"type":"dance"}', '{"type":"answer","sdp":"v=1"}'])
        client.socket.send(message);
      client.socket.send(Buffer.from([1, 2, 3]));
      client.say({ type: 'ping' });
      await client.of('pong');
      const codes = client.messages.filter(({ type }) => type === 'error').map(({ code }) => code);
      expect(codes).to.deep.equal([
        'invalid-json',
        'invalid-field',
        'invalid-field',
        'invalid-sdp',
        'invalid-json',
      ]);
    });

    it('tells a client that can play nothing of ours so, as it ends', async () => {
      const client = await connect();
      client.say({ type: 'answer', sdp: browserAnswer([]) });
      expect((await client.closed)[0]).to.equal(4406);
      const errors = client.messages.filter(({ type }) => type === 'error');
      expect(errors.map(({ code }) => code)).to.deep.equal(['webrtc-unsupported-codec']);
    });

    it('tells a client whose connection was lost as it began, so that it tries anew', async () => {
      const client = await connect();
      factory.last.acceptAnswer = () => {
        throw new AppError('webrtc-unavailable', 'lost');
      };
      client.say({ type: 'answer', sdp: browserAnswer() });
      expect((await client.closed)[0]).to.equal(4503);
      expect(await client.of('error')).to.deep.include({ code: 'webrtc-unavailable', message: 'lost' });
      expect(sessions.list()).to.deep.equal([]);
    });

    it('tells the client that the camera was removed', async () => {
      const client = await connect();
      client.say({ type: 'answer', sdp: browserAnswer() });
      await client.of('answer');
      factory.last.connect();
      cameras.remove('1');
      expect(await client.of('error')).to.deep.include({ code: 'camera-removed' });
      const [code, reason] = await client.closed;
      expect([code, reason.toString()]).to.deep.equal([4410, 'camera-removed']);
    });

    it('ends a session that was not answered when it closes, and leaves one that was', async () => {
      const first = await connect();
      first.socket.close();
      await waitFor(() => sessions.list().length === 0);
      await postJson(api('/stream/1'), {});
      const second = await connect('1_1');
      second.say({ type: 'answer', sdp: browserAnswer() });
      await second.of('answer');
      second.socket.close();
      await second.closed;
      expect(sessions.list().map(({ id }) => id)).to.deep.equal(['1_1']);
    });

    it('ends the session at the client’s wish', async () => {
      const client = await connect();
      client.say({ type: 'close' });
      expect((await client.closed)[0]).to.equal(1000);
      expect(sessions.list()).to.deep.equal([]);
    });

    it('cuts off a client that floods it', async () => {
      const client = await connect();
      for (let index = 0; index < 300; index += 1) client.say({ type: 'ping' });
      expect((await client.closed)[0]).to.equal(1008);
    });
  });
});
