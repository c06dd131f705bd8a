import { connect } from 'node:net';
import { expect } from 'chai';
import { encodeBase64Frame, encodeBinaryFrame, type FramePayload } from '#shared/frames/payload.ts';
import { FrameLink } from '../../../gateway/worker-access/frame-link.ts';
import { linkOf } from '../../../gateway/worker-access/worker-link.ts';
import { WorkerDouble } from '../../doubles/worker-double.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const JPEG = Buffer.from('ffd8ffd9', 'hex');
const facts = (cameraId: string, sequence: number) => ({
  cameraId,
  ...{ timestamp: 1, sequence, width: 2, height: 2 },
});

describe('Frames of a worker on another network', () => {
  let worker: WorkerDouble;
  let link: FrameLink;
  let received: FramePayload[];

  beforeEach(async () => {
    worker = await WorkerDouble.open();
    link = new FrameLink(silentLog);
    received = [];
    const { hostname, port } = new URL(worker.origin);
    link.attach({
      name: 'agent-home',
      origin: 'http://agent-home',
      token: worker.token,
      epoch: 1,
      details: {},
      link: linkOf(async () => connect(Number(port), hostname)),
    });
    link.subscribe({ cameraId: 'yard', fps: 15, quality: 80, encoding: 'base64' }, (payload) =>
      received.push(payload),
    );
    await waitFor(() => worker.subscriptions.length === 1);
  });
  afterEach(async () => {
    link.detach();
    await worker.close();
  });

  for (const [what, encode] of [
    ['JSON', encodeBase64Frame],
    ['binary', encodeBinaryFrame],
  ] as const)
    it(`reach a client when they are of the camera that it asked for, as ${what}`, async () => {
      worker.publish('yard', encode(facts('bank', 1), JPEG));
      worker.publish('yard', { data: Buffer.from('no frame'), binary: what === 'binary' });
      const right = encode(facts('yard', 2), JPEG);
      worker.publish('yard', right);
      await waitFor(() => received.length > 0);
      expect(received.map(({ data }) => data.toString('hex'))).to.deep.equal([right.data.toString('hex')]);
    });

  it('reach no client when a name that comes later in the JSON is another one', async () => {
    const forged = encodeBase64Frame(facts('yard', 1), JPEG)
      .data.toString()
      .replace(/}$/, ',"cameraId":"bank"}');
    worker.publish('yard', { data: Buffer.from(forged), binary: false });
    worker.publish('yard', encodeBase64Frame(facts('yard', 2), JPEG));
    await waitFor(() => received.length > 0);
    expect(JSON.parse(String(received[0]?.data)).sequence).to.equal(2);
  });
});
