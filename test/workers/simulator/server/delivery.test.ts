import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { waitFor } from '../../../support/wait-for.ts';
import { type ProbePacket, readRtp } from '../support/rtsp-probe.ts';
import { pushedSource, Stage } from '../support/serve.ts';

const SENDER_REPORT = 200;

function expectNoGaps(packets: ProbePacket[]): void {
  const steps = packets
    .slice(1)
    .map(({ sequence }, index) => (sequence - (packets[index]?.sequence ?? 0)) & 0xffff);
  expect(new Set(steps)).to.deep.equal(new Set([1]));
}

describe('delivery over TCP', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  it('sends packets without gaps, marked at the end of every picture, none above the limit', async () => {
    const probe = await stage.connect(await stage.serveCamera());
    await probe.play('/cam');
    const packets = await probe.waitForPackets(40);
    expectNoGaps(packets);
    for (const [index, { marker, timestamp }] of packets.slice(0, -1).entries()) {
      expect(marker).to.equal(packets[index + 1]?.timestamp !== timestamp);
    }
    expect(Math.max(...packets.map(({ bytes }) => bytes))).to.be.within(701, 1400);
  });

  it('obeys another packet limit', async () => {
    const probe = await stage.connect(await stage.serveCamera({ maxPacketBytes: 600 }));
    await probe.play('/cam');
    const packets = await probe.waitForPackets(20);
    expect(Math.max(...packets.map(({ bytes }) => bytes))).to.be.within(301, 600);
  });

  it('sends the same packets to many clients', async () => {
    const server = await stage.serveCamera();
    const probes = await Promise.all(Array.from({ length: 10 }, () => stage.connect(server)));
    await Promise.all(probes.map((probe) => probe.play('/cam')));
    const heard = await Promise.all(probes.map((probe) => probe.waitForPackets(60)));
    const sequences = heard.map((packets) => new Set(packets.map(({ sequence }) => sequence)));
    const common = [...(sequences[0] as Set<number>)].filter((n) => sequences.every((seen) => seen.has(n)));
    expect(common.length).to.be.greaterThan(10);
    expect(server.stats().sessions).to.have.length(10);
  });

  it('sends sender reports beside the media', async () => {
    const probe = await stage.connect(await stage.serveCamera({ reportIntervalMs: 50 }));
    await probe.play('/cam');
    await waitFor(() => (probe.received.get(1)?.length ?? 0) > 2, { message: 'sender reports' });
    const [packet] = probe.packets;
    for (const report of probe.received.get(1) ?? []) {
      expect(report[1]).to.equal(SENDER_REPORT);
      expect(report.readUInt32BE(4)).to.equal(packet?.ssrc);
    }
  });

  it('reports an RTP time that fits the packets around it', async () => {
    const probe = await stage.connect(await stage.serveCamera({ reportIntervalMs: 50 }));
    await probe.play('/cam');
    await waitFor(() => (probe.received.get(1)?.length ?? 0) > 5, { message: 'sender reports' });
    const reported = probe.received.get(1)?.at(-1)?.readUInt32BE(16) ?? 0;
    const newest = probe.packets.at(-1)?.timestamp ?? 0;
    expect(Math.abs(reported - newest) / 90, 'milliseconds apart').to.be.below(1000);
  });
});

describe('the start of play', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  it('sends the current group of pictures immediately', async () => {
    const { source, push } = pushedSource();
    const server = await stage.serve({ streams: new Map([['/cam', source]]) });
    for (const keyframe of [true, false, true, false, false]) push({ bytes: 100, keyframe });
    const probe = await stage.connect(server);
    await probe.play('/cam');
    const packets = await probe.waitForPackets(5);
    expect(packets.map(({ timestamp }) => timestamp / 3600)).to.deep.equal([3, 3, 3, 4, 5]);
    push({ bytes: 100, keyframe: false });
    expectNoGaps(await probe.waitForPackets(6));
  });

  it('waits for the next keyframe when told to', async () => {
    const { source, push } = pushedSource();
    const server = await stage.serve({ streams: new Map([['/cam', source]]), instantStart: false });
    push({ bytes: 100, keyframe: true });
    const probe = await stage.connect(server);
    const { play } = await probe.play('/cam');
    for (const keyframe of [false, true, false]) push({ bytes: 100, keyframe });
    const packets = await probe.waitForPackets(4);
    expect(packets.map(({ timestamp }) => timestamp / 3600)).to.deep.equal([3, 3, 3, 4]);
    expect(play.header('rtp-info')).to.not.match(/seq/);
  });
});

describe('a client that does not read', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  it('drops pictures up to a keyframe instead of filling the memory, without harm to others', async () => {
    const { source, push } = pushedSource();
    const server = await stage.serve({ streams: new Map([['/cam', source]]) });
    const sockets: { writableLength: number }[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    const slow = await stage.connect(server);
    await slow.play('/cam');
    slow.socket.pause();
    const quick = await stage.connect(server);
    await quick.play('/cam');
    for (let n = 0; n < 300; n += 1) {
      push({ bytes: 100_000, keyframe: n % 10 === 0 });
      if (n % 10 === 9) await quick.waitForPackets(n * 70);
    }
    const [behind, upToDate] = server.stats().sessions;
    expect(behind?.skipped).to.be.greaterThan(50);
    expect(upToDate?.skipped).to.equal(0);
    expect(sockets[0]?.writableLength).to.be.below(3 * 1024 * 1024);
    slow.socket.resume();
    await waitFor(() => sockets[0]?.writableLength === 0, { message: 'the slow client to catch up' });
    const skipped = server.stats().sessions[0]?.skipped;
    push({ bytes: 100, keyframe: true });
    push({ bytes: 100, keyframe: false });
    expect(server.stats().sessions[0]?.skipped).to.equal(skipped);
  });
});

describe('delivery over UDP', () => {
  const stage = new Stage();
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    await stage.close();
  });

  async function openPort(): Promise<{ socket: Socket; port: number; datagrams: Buffer[] }> {
    const socket = createSocket('udp4');
    const datagrams: Buffer[] = [];
    socket.on('message', (datagram) => datagrams.push(datagram));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    sockets.push(socket);
    return { socket, port: socket.address().port, datagrams };
  }

  it('sends packets and reports to the ports that the client names', async () => {
    const [rtp, rtcp] = await Promise.all([openPort(), openPort()]);
    const probe = await stage.connect(await stage.serveCamera({ reportIntervalMs: 50 }));
    const { setUp } = await probe.play('/cam', `RTP/AVP;unicast;client_port=${rtp.port}-${rtcp.port}`);
    expect(setUp.header('transport')).to.include(`client_port=${rtp.port}-${rtcp.port};server_port=`);
    await waitFor(() => rtp.datagrams.length > 30 && rtcp.datagrams.length > 1, { message: 'datagrams' });
    expectNoGaps(rtp.datagrams.map(readRtp));
    expect(rtcp.datagrams[0]?.[1]).to.equal(SENDER_REPORT);
    expect(probe.packets).to.deep.equal([]);
  });

  it('announces an even port for RTP and the next for RTCP', async () => {
    const probe = await stage.connect(await stage.serveCamera());
    const { setUp } = await probe.play('/cam', 'RTP/AVP/UDP;unicast;client_port=50000-50001');
    const [, rtp, rtcp] = /server_port=(\d+)-(\d+)/.exec(setUp.header('transport') ?? '') ?? [];
    expect(Number(rtp) % 2).to.equal(0);
    expect(Number(rtcp)).to.equal(Number(rtp) + 1);
  });

  it('ends with TEARDOWN', async () => {
    const [rtp, rtcp] = await Promise.all([openPort(), openPort()]);
    const server = await stage.serveCamera();
    const probe = await stage.connect(server);
    await probe.play('/cam', `RTP/AVP;unicast;client_port=${rtp.port}-${rtcp.port}`);
    await waitFor(() => rtp.datagrams.length > 0, { message: 'datagrams' });
    await probe.request('TEARDOWN', '/cam');
    const other = await stage.connect(server);
    await other.play('/cam');
    await other.waitForPackets(1);
    const sent = rtp.datagrams.length;
    await other.waitForPackets(40);
    expect(rtp.datagrams.length).to.be.at.most(sent + 1);
  });
});

describe('the session timeout', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  it('ends a session whose client is silent', async () => {
    const probe = await stage.connect(await stage.serveCamera({ sessionTimeoutSeconds: 1 }));
    const { setUp } = await probe.play('/cam');
    expect(setUp.header('session')).to.match(/;timeout=1$/);
    await probe.waitForClose();
  });

  it('spares a client that keeps its session alive', async () => {
    const server = await stage.serveCamera({ sessionTimeoutSeconds: 1 });
    const [silent, lively] = [await stage.connect(server), await stage.connect(server)];
    await Promise.all([silent.play('/cam'), lively.play('/cam')]);
    const keepAlive = setInterval(() => lively.send('GET_PARAMETER', '/cam'), 100);
    await silent.waitForClose();
    clearInterval(keepAlive);
    expect(lively.isClosed).to.equal(false);
  });

  it('counts receiver reports of a UDP client as signs of life', async () => {
    const server = await stage.serveCamera({ sessionTimeoutSeconds: 1 });
    const reporter = createSocket('udp4').bind(0, '127.0.0.1');
    await once(reporter, 'listening');
    const { port } = reporter.address();
    const [silent, lively] = [await stage.connect(server), await stage.connect(server)];
    await silent.play('/cam', 'RTP/AVP;unicast;client_port=50000-50001');
    const { setUp } = await lively.play('/cam', `RTP/AVP;unicast;client_port=${port}-${port}`);
    const rtcpPort = Number(/server_port=\d+-(\d+)/.exec(setUp.header('transport') ?? '')?.[1]);
    const report = setInterval(
      () => reporter.send(Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1]), rtcpPort, '127.0.0.1'),
      100,
    );
    await silent.waitForClose();
    clearInterval(report);
    reporter.close();
    expect(lively.isClosed).to.equal(false);
  });
});
