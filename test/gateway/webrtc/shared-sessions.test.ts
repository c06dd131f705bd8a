import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import { problemHandler } from '#shared/http/problem.ts';
import { Redactor } from '#shared/redact.ts';
import type { Principal } from '../../../gateway/auth/principal.ts';
import { SessionRouter } from '../../../gateway/webrtc/session-router.ts';
import { sessionOwnerRoutes } from '../../../workers/rtsp/outputs/webrtc/owner-routes.ts';
import { webrtcRoutes } from '../../../workers/rtsp/outputs/webrtc/routes.ts';
import { SessionSet } from '../../../workers/rtsp/outputs/webrtc/session-set.ts';
import { UdpPort } from '../../../workers/rtsp/outputs/webrtc/udp-port.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { PacketCameras } from '../../doubles/packet-cameras.ts';
import { PeerFactory } from '../../doubles/peer-double.ts';
import { rejection } from '../../support/errors.ts';
import { routingTo } from '../../support/routing.ts';
import { listening, originOf, silentLog, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const TOKEN: Principal = { role: 'viewer', kind: 'token' };
const SIGN_IN: Principal = { role: 'viewer', kind: 'session', sessionId: 'a' };

/** A client at an address. */
const by = (principal: Principal, address = '203.0.113.9', key: string | undefined = undefined) => ({
  principal,
  address,
  key,
  isLocal: false,
});

describe('A WebRTC session that another gateway opened', () => {
  let sessions: SessionSet;
  let worker: Server;
  let pool: FakePool;
  let here: SessionRouter;
  let there: SessionRouter;

  beforeEach(async () => {
    const factory = new PeerFactory();
    sessions = new SessionSet({
      cameras: new PacketCameras('1'),
      udpPort: new UdpPort(0, false),
      publicAddresses: [],
      loadPeers: async () => factory.create,
      log: silentLog,
    });
    const app = express().use('/api', webrtcRoutes({ sessions, iceServers: [], isCounted: true }));
    app.use(sessionOwnerRoutes(sessions));
    app.use(problemHandler({ log: silentLog, redactor: new Redactor() }));
    worker = createServer(app);
    await listening(worker);
    pool = new FakePool(['rtsp-0']);
    pool.bringUp('rtsp-0', { origin: originOf(worker), token: 'token-of-the-worker' });
    [here, there] = [openRouter(), openRouter()];
  });

  afterEach(() => {
    sessions.close();
    stop(worker);
  });

  function openRouter(isShared = true): SessionRouter {
    return new SessionRouter({ routing: routingTo(pool), isShared, log: silentLog });
  }

  async function open(client: ReturnType<typeof by>, at = here) {
    const { answer, key } = await at.open('1', '/api/webrtc/stream', { method: 'POST', client });
    const { sessionId } = JSON.parse(answer.body.toString()) as { sessionId: string };
    return { sessionId, key };
  }

  async function isRefused(sessionId: string, client: ReturnType<typeof by>): Promise<boolean> {
    const refusal = await there.expectOwner(sessionId, client).then(
      () => undefined,
      (error: { code: string }) => error,
    );
    if (refusal !== undefined) expect(refusal.code).to.equal('session-not-found');
    return refusal !== undefined;
  }

  it('belongs to the client that opened it: the address with a token, or the holder of its secret', async () => {
    const { sessionId, key } = await open(by(TOKEN));
    expect(await isRefused(sessionId, by(TOKEN))).to.equal(false);
    expect(await isRefused(sessionId, by(TOKEN, '198.51.100.1'))).to.equal(true);
    expect(await isRefused(sessionId, by(TOKEN, '198.51.100.1', key))).to.equal(false);
    expect(await isRefused(sessionId, by(TOKEN, '198.51.100.1', 'a-guess'))).to.equal(true);
    expect(await isRefused(sessionId, by(SIGN_IN))).to.equal(true);
  });

  it('belongs to the sign-in in which it was opened, from any address', async () => {
    const { sessionId } = await open(by(SIGN_IN));
    expect(await isRefused(sessionId, by(SIGN_IN, '198.51.100.1'))).to.equal(false);
    expect(await isRefused(sessionId, by({ ...SIGN_IN, sessionId: 'b' }))).to.equal(true);
  });

  it('is none after its end, nor is one that never was', async () => {
    const { sessionId } = await open(by(SIGN_IN));
    sessions.get(sessionId).end();
    expect(await isRefused(sessionId, by(SIGN_IN))).to.equal(true);
    expect(await isRefused('1_7', by(SIGN_IN))).to.equal(true);
    expect(await isRefused('9_7', by(SIGN_IN))).to.equal(true);
  });

  it('cannot be judged while its worker is away, which is said', async () => {
    const { sessionId } = await open(by(SIGN_IN));
    pool.takeDown('rtsp-0');
    const refusal = await rejection(there.expectOwner(sessionId, by(SIGN_IN)));
    expect(refusal).to.include({ code: 'worker-not-ready' });
  });

  it('ends with its sign-in, also when the gateway that opened it is gone', async () => {
    await open(by(SIGN_IN));
    await open(by({ ...SIGN_IN, keyId: 'k', sessionId: 'b' }));
    const { sessionId } = await open(by(TOKEN));
    for (const ended of ['a', 'k', 'another']) there.endOfSignIn(ended);
    await waitFor(() => sessions.list().length === 1);
    expect(sessions.list()[0]?.id).to.equal(sessionId);
  });

  it('is told to workers by several gateways only', async () => {
    const { sessionId } = await open(by(TOKEN), openRouter(false));
    expect(sessions.get(sessionId).owner).to.equal(undefined);
    expect(await isRefused(sessionId, by(TOKEN))).to.equal(true);
  });
});
