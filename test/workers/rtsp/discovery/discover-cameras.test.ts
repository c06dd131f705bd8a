import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { discoverCameras } from '../../../../workers/rtsp/discovery/discover-cameras.ts';
import { discoveryPaths } from '../../../../workers/rtsp/onvif/ws-discovery.ts';
import { waitFor } from '../../../support/wait-for.ts';

const POLICY = {
  isPublic: false,
  allowsLoopback: false,
  allowedNetworks: [],
  allowedPorts: [],
  ownPorts: [],
};
const NAMES = [
  'onvif://www.onvif.org/type/video_encoder',
  'onvif://www.onvif.org/name/HIKVISION%20DS-2CD2042',
  'onvif://www.onvif.org/hardware/DS-2CD2042',
];

describe('Finding the cameras of a network', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });

  /** A device that answers each question; in life it listens to a multicast group. */
  async function device(...answers: string[]): Promise<{ port: number; asked: string[] }> {
    const asked: string[] = [];
    const socket = createSocket('udp4');
    sockets.push(socket);
    socket.on('message', (message, { port, address }) => {
      asked.push(message.toString());
      for (const answer of answers) socket.send(answer, port, address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return { port: socket.address().port, asked };
  }

  const search = (ports: number[], policy = POLICY) =>
    discoverCameras({
      guard: { policy },
      signal: new AbortController().signal,
      paths: ports.map((port) => ({ family: 'udp4', via: '127.0.0.1', group: '127.0.0.1', port })),
      timeMs: 600,
    });

  it('lists them once, by what they call themselves', async () => {
    const answer = match({ urls: ['http://192.0.2.10/onvif/device_service'], scopes: NAMES });
    const other = match({ urls: ['http://192.0.2.9:8000/onvif/device_service'], scopes: [] });
    const [first, second] = [await device(answer), await device(answer, other)];
    expect(await search([first.port, second.port])).to.deep.equal([
      {
        ...{ ip: '192.0.2.9', name: '192.0.2.9', vendor: '', model: '' },
        onvifUrl: 'http://192.0.2.9:8000/onvif/device_service',
      },
      {
        ...{ ip: '192.0.2.10', name: 'HIKVISION DS-2CD2042', vendor: 'Hikvision', model: 'DS-2CD2042' },
        onvifUrl: 'http://192.0.2.10/onvif/device_service',
      },
    ]);
    await waitFor(() => first.asked.length === 4);
    expect(first.asked.join()).to.include('dn:NetworkVideoTransmitter').and.include('dn:Device');
  });

  it('takes the first address that may be dialled as a camera', async () => {
    const urls = [
      'http://169.254.3.4/onvif/device_service',
      'http://[fe80::1]/onvif/device_service',
      'http://camera.example/onvif/device_service',
      'http://192.0.2.10/onvif/device_service',
    ];
    const { port } = await device(match({ urls, scopes: [] }));
    expect((await search([port])).map(({ ip }) => ip)).to.deep.equal(['192.0.2.10']);
  });

  it('believes no answer that leads elsewhere, is too large or no answer at all', async () => {
    const { port } = await device(
      match({ urls: ['http://169.254.169.254/latest'], scopes: [] }),
      match({ urls: ['http://127.0.0.1/onvif/device_service'], scopes: [] }),
      match({ urls: ['http://user:pass@192.0.2.1/onvif'], scopes: [] }),
      match({ urls: ['file:///etc/passwd', 'http://192.0.2.1:22/'], scopes: [] }),
      '<!DOCTYPE a [<!ENTITY b "b">]><a/>',
      'garbage',
      `<s:Envelope><s:Body>${'<a>'.repeat(100)}</s:Body></s:Envelope>`,
      '<s:Envelope><s:Body><ProbeMatches><ProbeMatch/></ProbeMatches></s:Body></s:Envelope>',
    );
    expect(await search([port])).to.deep.equal([]);
  });

  it('bounds the text of a hostile device', async () => {
    const scopes = [
      `onvif://www.onvif.org/name/${'x'.repeat(400)}`,
      'onvif://www.onvif.org/hardware/%0a%E0%',
    ];
    const { port } = await device(match({ urls: ['http://192.0.2.10/onvif/device_service'], scopes }));
    const [camera] = await search([port]);
    expect(camera?.name).to.have.lengthOf(64);
  });

  it('shows no camera of a private network on a public host', async () => {
    const { port } = await device(match({ urls: ['http://192.168.1.10/onvif'], scopes: [] }));
    expect(await search([port], { ...POLICY, isPublic: true })).to.deep.equal([]);
    expect(await search([port])).to.have.lengthOf(1);
  });

  it('ends early when the client leaves', async () => {
    const leaving = AbortSignal.abort();
    const found = discoverCameras({ guard: { policy: POLICY }, signal: leaving, timeMs: 60_000 });
    expect(await found).to.deep.equal([]);
  });

  it('asks by every network of this machine, and not itself', () => {
    const facts = { netmask: '', mac: '', cidr: null };
    const paths = discoveryPaths({
      lo: [{ ...facts, address: '127.0.0.1', family: 'IPv4', internal: true }],
      eth0: [
        { ...facts, address: '192.0.2.2', family: 'IPv4', internal: false },
        { ...facts, address: 'fe80::2', family: 'IPv6', internal: false, scopeid: 2 },
        { ...facts, address: 'fd00::2', family: 'IPv6', internal: false, scopeid: 0 },
      ],
      wlan0: [{ ...facts, address: '198.51.100.2', family: 'IPv4', internal: false }],
    });
    expect(paths.map(({ via, group }) => `${via} ${group}`)).to.deep.equal([
      '192.0.2.2 239.255.255.250',
      '::%eth0 ff02::c%eth0',
      '198.51.100.2 239.255.255.250',
    ]);
  });
});

function match({ urls, scopes }: { urls: string[]; scopes: string[] }): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${scopes.join(' ')}</d:Scopes><d:XAddrs>${urls.join(' ')}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`;
}
