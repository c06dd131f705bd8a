import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { AGENT_TOKEN_HEADER } from '#shared/agent-link.ts';
import { Dialler } from '../../../workers/host/agent/dialler.ts';
import { CAMERA_CERTIFICATE, CAMERA_KEY } from '../../support/camera-certificate.ts';
import { listening, originOf, portOf, stop } from '../../support/serve.ts';

/** The name in the certificate, which only the proxy can resolve. */
const GATEWAY = 'camera';

describe('An agent that dials out', () => {
  const sockets = new WebSocketServer({ noServer: true });
  const gateway = createSecureServer({ key: CAMERA_KEY, cert: CAMERA_CERTIFICATE });
  const proxy = createServer();
  const tunnels: string[] = [];
  const trusted = getCACertificates('default');

  before(async () => {
    setDefaultCACertificates([...trusted, CAMERA_CERTIFICATE]);
    gateway.on('upgrade', (request, socket, head) => {
      if (request.headers[AGENT_TOKEN_HEADER] !== 'valid') {
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => client.send(String(request.url)));
    });
    proxy.on('connect', ({ url }, client: Duplex) => {
      tunnels.push(String(url));
      const upstream = connect(portOf(gateway), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(upstream).pipe(client);
      });
      for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
    });
    await Promise.all([listening(gateway), listening(proxy)]);
  });
  after(() => {
    setDefaultCACertificates(trusted);
    for (const client of sockets.clients) client.terminate();
    stop(gateway);
    stop(proxy);
  });

  const diallerTo = (host: string, proxyEnv: Record<string, string>, token = 'valid') =>
    new Dialler({ url: `https://${host}:${portOf(gateway)}/cameras/`, token, proxyEnv });

  it('reaches the gateway over TLS through the proxy of HTTPS_PROXY, below the path of its address', async () => {
    const dialler = diallerTo(GATEWAY, { HTTPS_PROXY: originOf(proxy) });
    const socket = dialler.open('/agents/link', () => {});
    const [first] = (await once(socket, 'message')) as [Buffer];
    expect(first.toString()).to.equal('/cameras/agents/link');
    expect(tunnels).to.deep.equal([`${GATEWAY}:${portOf(gateway)}`]);
    socket.terminate();
  });

  it('does without the proxy where NO_PROXY names the gateway', async () => {
    tunnels.length = 0;
    const dialler = diallerTo('localhost', { HTTPS_PROXY: originOf(proxy), NO_PROXY: 'localhost' });
    const socket = dialler.open('/agents/link', () => {});
    const [error] = (await once(socket, 'error')) as [Error];
    // It met the certificate, which is for another name.
    expect(error).to.include({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(tunnels).to.deep.equal([]);
  });

  it('is told the status of an answer that refuses it', async () => {
    const refused: number[] = [];
    const dialler = diallerTo(GATEWAY, { HTTPS_PROXY: originOf(proxy) }, 'stolen');
    const socket = dialler.open('/agents/link', (status) => refused.push(status));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve));
    expect(refused).to.deep.equal([401]);
  });
});
