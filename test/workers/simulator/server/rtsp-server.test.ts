import { connect } from 'node:net';
import { expect } from 'chai';
import { createRtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { movingSource, Stage } from '../support/serve.ts';

describe('RtspServer', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  it('serves several paths simultaneously', async () => {
    const server = await stage.serve({
      streams: new Map([
        ['/a', movingSource()],
        ['/b', movingSource()],
      ]),
    });
    const [a, b] = [await stage.connect(server), await stage.connect(server)];
    await a.play('/a');
    await b.play('/b');
    const [[first], [second]] = [await a.waitForPackets(1), await b.waitForPackets(1)];
    expect(first?.ssrc).to.not.equal(second?.ssrc);
  });

  it('rejects when its port is taken', async () => {
    const { port } = await stage.serveCamera();
    const second = createRtspServer({ streams: new Map(), port });
    const error: unknown = await second.listen().catch((thrown) => thrown);
    expect(error).to.have.property('code', 'EADDRINUSE');
  });

  it('counts connections, requests and sessions', async () => {
    const server = await stage.serveCamera();
    const probe = await stage.connect(server);
    await probe.play('/cam');
    await probe.waitForPackets(1);
    const stats = server.stats();
    expect(stats).to.include({ connectionsAccepted: 1, connections: 1, rejectedCredentials: 0 });
    expect(stats.requests).to.deep.equal({ SETUP: 1, PLAY: 1 });
    const session = { path: '/cam', client: '127.0.0.1', transport: 'tcp', isPlaying: true, skipped: 0 };
    expect(stats.sessions[0]).to.include(session);
  });

  it('tells of every request and its answer', async () => {
    const server = await stage.serveCamera();
    const heard: unknown[] = [];
    server.on('request', (request) => heard.push(request));
    const probe = await stage.connect(server);
    await probe.request('DESCRIBE', '/cam');
    await probe.request('DESCRIBE', '/other');
    expect(heard).to.deep.equal([
      { method: 'DESCRIBE', path: '/cam', status: 200 },
      { method: 'DESCRIBE', path: '/other', status: 404 },
    ]);
  });

  it('forgets connections and sessions that clients drop', async () => {
    const server = await stage.serveCamera();
    const probe = await stage.connect(server);
    await probe.play('/cam');
    probe.socket.resetAndDestroy();
    await waitFor(() => server.stats().connections === 0, { message: 'the connection to be forgotten' });
    expect(server.stats().sessions).to.deep.equal([]);
  });

  it('close ends clients, frees the port and stops the sources', async () => {
    const source = movingSource();
    let subscribers = 0;
    const counted = {
      codec: source.codec,
      parameterSets: source.parameterSets,
      announcedFps: source.announcedFps,
      subscribe: (listener: Parameters<typeof source.subscribe>[0]) => {
        subscribers += 1;
        const end = source.subscribe(listener);
        return () => {
          subscribers -= 1;
          end();
        };
      },
    };
    const server = await stage.serve({ streams: new Map([['/cam', counted]]) });
    const probe = await stage.connect(server);
    await probe.play('/cam');
    const { port } = server;
    await server.close();
    await probe.waitForClose();
    expect(subscribers).to.equal(0);
    const second = connect(port, '127.0.0.1');
    const code = await new Promise((resolve) =>
      second.on('error', (error) => resolve(Reflect.get(error, 'code'))),
    );
    expect(code).to.equal('ECONNREFUSED');
    await server.close();
  });
});
