import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import type { AccessUnit } from '#shared/media/packet.ts';
import type { FaultInput } from '../../../../workers/simulator/faults/faults.ts';
import type { RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import type { StreamSource } from '../../../../workers/simulator/server/stream/stream-source.ts';
import { codeOf } from '../../../support/errors.ts';
import { waitFor } from '../../../support/wait-for.ts';
import type { ProbeAnswer, RtspProbe } from '../support/rtsp-probe.ts';
import { movingSource, pushedSource, Stage } from '../support/serve.ts';

describe('faults', () => {
  const stage = new Stage();
  let server: RtspServer;
  let probe: RtspProbe;
  beforeEach(async () => {
    server = await stage.serve({
      streams: new Map([
        ['/cam', movingSource()],
        ['/other', movingSource()],
      ]),
      reportIntervalMs: 50,
    });
    probe = await stage.connect(server);
  });
  afterEach(() => stage.close());

  /** Lets another path play for a while, so that what should not come has had its time. */
  async function otherPathPlays(packets: number): Promise<void> {
    const other = await stage.connect(server);
    await other.play('/other');
    await other.waitForPackets(packets);
    other.close();
  }

  function describeUnder(fault: FaultInput): Promise<ProbeAnswer> {
    server.setFault('/cam', fault);
    return probe.request('DESCRIBE', '/cam');
  }

  it('stall: the connection stands and answers, but neither media nor reports come until it ends', async () => {
    await probe.play('/cam');
    await probe.waitForPackets(5);
    server.setFault('/cam', { fault: 'stall' });
    await probe.request('GET_PARAMETER', '/cam');
    const [media, reports] = [probe.packets.length, probe.received.get(1)?.length];
    await otherPathPlays(60);
    expect([probe.packets.length, probe.received.get(1)?.length]).to.deep.equal([media, reports]);
    expect((await probe.request('GET_PARAMETER', '/cam')).status).to.equal(200);
    server.clearFaults('/cam', 'stall');
    await probe.waitForPackets(media + 5);
  });

  it('stall: a client that starts meanwhile gets nothing either', async () => {
    server.setFault('/cam', { fault: 'stall' });
    await probe.play('/cam');
    await otherPathPlays(30);
    expect(probe.received.size).to.equal(0);
  });

  it('drop: open connections of the path are reset, once', async () => {
    await probe.play('/cam');
    const other = await stage.connect(server);
    await other.play('/other');
    server.setFault('/cam', { fault: 'drop' });
    await probe.waitForClose();
    expect(probe.closeError?.code).to.equal('ECONNRESET');
    expect(other.isClosed).to.equal(false);
    const again = await stage.connect(server);
    await again.play('/cam');
    await again.waitForPackets(1);
    expect(server.faults).to.deep.equal({});
  });

  it('refuse: a connection ends at its first request for the path', async () => {
    server.setFault('/cam', { fault: 'refuse' });
    probe.send('OPTIONS', '/cam');
    await probe.waitForClose();
    expect(probe.closeError?.code).to.equal('ECONNRESET');
    expect(probe.unread).to.equal(0);
    await otherPathPlays(1);
  });

  it('refuse on every path: a connection ends before it can ask', async () => {
    server.setFault('*', { fault: 'refuse' });
    const socket = connect(server.port, '127.0.0.1');
    const [error] = await once(socket, 'error');
    expect(error).to.have.property('code', 'ECONNRESET');
    expect(server.stats().requests).to.deep.equal({});
  });

  it('silent: requests are read and never answered', async () => {
    server.setFault('/cam', { fault: 'silent' });
    probe.send('OPTIONS', '/cam');
    await waitFor(() => server.stats().requests.OPTIONS === 1);
    await otherPathPlays(10);
    expect(probe.unread).to.equal(0);
    expect(probe.isClosed).to.equal(false);
  });

  it('delay: answers come late, in order', async () => {
    server.setFault('/cam', { fault: 'delay', ms: 300 });
    const startedAt = performance.now();
    probe.send('OPTIONS', '/cam');
    const answer = await probe.request('DESCRIBE', '/cam');
    expect(answer.header('cseq')).to.equal('1');
    expect(performance.now() - startedAt).to.be.greaterThan(290);
  });

  it('garbage: answers are not RTSP', async () => {
    server.setFault('/cam', { fault: 'garbage' });
    probe.send('DESCRIBE', '/cam');
    await waitFor(() => probe.raw.length > 0, { message: 'bytes' });
    expect(Buffer.concat(probe.raw).toString('latin1')).to.not.match(/^RTSP/);
    expect(probe.unread).to.equal(0);
  });

  it('endless-header: an answer begins and never gets to its end', async () => {
    server.setFault('/cam', { fault: 'endless-header' });
    probe.send('DESCRIBE', '/cam');
    await waitFor(() => probe.socket.bytesRead > 1_000_000, { message: 'a megabyte of header' });
    expect(probe.unread).to.equal(0);
    probe.close();
    await waitFor(() => server.stats().connections === 0, { message: 'the server to let go' });
  });

  it('huge-sdp: a description is as long as was asked for, and is made while it is sent', async () => {
    server.setFault('/cam', { fault: 'huge-sdp', bytes: 30_000_000 });
    const before = process.memoryUsage().rss;
    let peak = 0;
    server.on('request', () => (peak = process.memoryUsage().rss));
    probe.send('DESCRIBE', '/cam');
    await waitFor(() => probe.socket.bytesRead >= 30_000_000, { message: 'thirty megabytes' });
    expect(peak - before, 'bytes held when the answer began').to.be.below(10_000_000);
  });

  it('unauthorized: every client is refused', async () => {
    const answer = await describeUnder({ fault: 'unauthorized' });
    expect(answer.status).to.equal(401);
    expect(answer.header('www-authenticate')).to.match(/^Digest /);
  });

  it('not-found: the path is gone', async () => {
    expect((await describeUnder({ fault: 'not-found' })).status).to.equal(404);
  });

  it('redirect: the client is sent elsewhere', async () => {
    const answer = await describeUnder({ fault: 'redirect', location: 'rtsp://192.0.2.1/1' });
    expect([answer.status, answer.header('location')]).to.deep.equal([302, 'rtsp://192.0.2.1/1']);
  });

  it('no-video: only sound is offered', async () => {
    const answer = await describeUnder({ fault: 'no-video' });
    expect(answer.body).to.match(/^m=audio/m);
    expect(answer.body).to.not.match(/^m=video/m);
  });

  it('corrupt: bytes of the payload change, headers and lengths do not', async () => {
    const { source, push } = pushedSource();
    const pushed: AccessUnit[] = [];
    source.subscribe((unit) => pushed.push(unit));
    const corrupting = await stage.serve({ streams: new Map([['/cam', source]]) });
    corrupting.setFault('/cam', { fault: 'corrupt', share: 1 });
    const client = await stage.connect(corrupting);
    await client.play('/cam');
    for (let n = 0; n < 20; n += 1) push({ bytes: 200, keyframe: true });
    const packets = (await client.waitForPackets(60)).filter(({ marker }) => marker);
    for (const [index, { payload }] of packets.entries()) {
      const slice = pushed[index]?.data.subarray(-201) as Buffer;
      expect(payload.length).to.equal(201);
      const changed = payload.filter((byte, at) => byte !== slice[at]).length;
      expect(changed).to.be.within(1, 8);
    }
  });

  it('slow-keyframes: a client begins between keyframes, which the source now places', async () => {
    const { source, push } = pushedSource();
    const asked: (number | undefined)[] = [];
    const placing: StreamSource = {
      codec: 'h264',
      parameterSets: Buffer.alloc(0),
      announcedFps: undefined,
      subscribe: (listener) => source.subscribe(listener),
      setKeyframeInterval: (seconds) => void asked.push(seconds),
    };
    const slow = await stage.serve({ streams: new Map([['/cam', placing]]) });
    push({ bytes: 100, keyframe: true });
    slow.setFault('/cam', { fault: 'slow-keyframes', seconds: 30 });
    const client = await stage.connect(slow);
    await client.play('/cam');
    push({ bytes: 100, keyframe: false });
    expect((await client.waitForPackets(1)).map(({ timestamp }) => timestamp / 3600)).to.deep.equal([2]);
    slow.clearFaults();
    expect(asked).to.deep.equal([30, undefined]);
  });

  it('slow-keyframes: refused for a source that cannot', () => {
    expect(codeOf(() => server.setFault('/cam', { fault: 'slow-keyframes', seconds: 30 }))).to.equal(
      'invalid-field',
    );
  });

  it('a fault on a path that is not served is an error', () => {
    expect(codeOf(() => server.setFault('/nowhere', { fault: 'stall' }))).to.equal('invalid-field');
  });

  it('several faults are active simultaneously, and end one by one or together', async () => {
    server.setFault('/cam', { fault: 'delay', ms: 1 });
    expect((await describeUnder({ fault: 'not-found' })).status).to.equal(404);
    server.clearFaults('/cam', 'not-found');
    expect(server.faults).to.deep.equal({ '/cam': [{ fault: 'delay', ms: 1 }] });
    server.clearFaults();
    expect(server.faults).to.deep.equal({});
    expect((await probe.request('DESCRIBE', '/cam')).status).to.equal(200);
  });

  it('a fault of one path leaves the others alone', async () => {
    server.setFault('/cam', { fault: 'not-found' });
    expect((await probe.request('DESCRIBE', '/other')).status).to.equal(200);
  });
});
