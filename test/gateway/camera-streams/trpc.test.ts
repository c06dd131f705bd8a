import { createTRPCClient, httpBatchLink, httpLink, TRPCClientError } from '@trpc/client';
import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import type { AppRouter } from '../../../gateway/camera-streams/trpc.ts';
import { getJson, postJson } from '../../support/http.ts';
import { Harness } from './harness.ts';

const STREAM = {
  cameraId: 'door',
  cameraDescription: 'Front door',
  streamType: 'rtsp',
  rtspUrl: 'rtsp://admin:S3cr3tC4nary@192.0.2.7/1',
} as const;

/** The error object that a call is answered with. */
async function failure(call: Promise<unknown>): Promise<TRPCClientError<AppRouter>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof TRPCClientError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}

describe('tRPC at /trpc', () => {
  let gateway: Harness;
  let client: ReturnType<typeof createTRPCClient<AppRouter>>;

  beforeEach(async () => {
    gateway = await Harness.open();
    client = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${gateway.origin}/trpc` })] });
  });

  afterEach(() => gateway.close());

  it('adds a stream as REST does, delivery and all', async () => {
    const added = await client.cameraStream.add.mutate(STREAM);
    expect(added).to.include({
      success: true,
      cameraId: 'door',
      rtspUrl: 'rtsp://admin:***@192.0.2.7:554/1',
    });
    expect(gateway.outbox.payloads).to.have.lengthOf(1);
    expect(gateway.outbox.payloads[0]?.rtsp_url).to.equal(STREAM.rtspUrl);
  });

  it('lists what both have stored, with the addresses of this client', async () => {
    await client.cameraStream.add.mutate(STREAM);
    const fields = { cameraId: 'yard', streamType: 'video' };
    await gateway.upload(fields, { name: 'a.mp4', bytes: Buffer.alloc(10) });
    const listed = await client.cameraStream.list.query();
    expect(listed).to.deep.equal((await getJson(`${gateway.origin}/api/camera-streams`)).body);
    expect(listed.map(({ videoUrl }) => videoUrl)).to.have.members([
      null,
      `${gateway.origin}/api/camera-streams/yard/video`,
    ]);
  });

  it('carries our codes and statuses in its errors', async () => {
    await client.cameraStream.add.mutate(STREAM);
    const { message, data } = await failure(client.cameraStream.add.mutate(STREAM));
    expect(message).to.match(/^Camera door has a stream already/);
    expect(data).to.include({ code: 'CONFLICT', httpStatus: 409 });
    expect(data?.problem).to.include({ code: 'camera-stream-exists', status: 409, field: 'cameraId' });
  });

  it('names the field at fault', async () => {
    const { data } = await failure(client.cameraStream.add.mutate({ ...STREAM, rtspUrl: 'http://x/' }));
    expect(data?.code).to.equal('BAD_REQUEST');
    expect(data?.problem).to.include({ code: 'invalid-field', field: 'rtspUrl' });
  });

  it('answers with the status and Retry-After that REST has', async () => {
    gateway.outbox.failure = new AppError('storage-full', 'There is no space left', { retryAfter: 2 });
    const { status, headers, body } = await postJson(`${gateway.origin}/trpc/cameraStream.add`, STREAM);
    expect([status, headers.get('retry-after')]).to.deep.equal([507, '2']);
    expect(body.error.data.problem.code).to.equal('storage-full');
  });

  it('S23: reveals nothing of an internal error, and logs everything but secrets', async () => {
    gateway.outbox.failure = new Error('broken at rtsp://admin:S3cr3tC4nary@192.0.2.7/1');
    const { status, body } = await postJson(`${gateway.origin}/trpc/cameraStream.add`, STREAM);
    expect(status).to.equal(500);
    expect(body.error.data.problem.code).to.equal('internal-error');
    expect(JSON.stringify(body)).to.not.match(/broken|S3cr3t|\.ts|stack/);
    expect(gateway.lines.join())
      .to.match(/broken at/)
      .and.not.match(/S3cr3t/);
  });

  it('answers batches, each call for itself, up to twenty', async () => {
    const batched = createTRPCClient<AppRouter>({
      links: [httpBatchLink({ url: `${gateway.origin}/trpc` })],
    });
    const ids = Array.from({ length: 20 }, (_, index) => String(index));
    const add = (cameraId: string) => batched.cameraStream.add.mutate({ ...STREAM, cameraId });
    await Promise.all(ids.map(add));
    expect(await batched.cameraStream.list.query()).to.have.lengthOf(20);
    const results = await Promise.allSettled([...ids, 'late'].map(add));
    expect(results.every(({ status }) => status === 'rejected')).to.equal(true);
  });

  it('refuses what is no call of it', async () => {
    expect((await getJson(`${gateway.origin}/trpc/cameraStream.add`)).status).to.equal(405);
    expect((await getJson(`${gateway.origin}/trpc/unknown`)).status).to.equal(404);
    expect((await postJson(`${gateway.origin}/trpc/cameraStream.add`, '{')).status).to.equal(400);
    const large = await postJson(`${gateway.origin}/trpc/cameraStream.add`, { x: 'x'.repeat(140_000) });
    expect(large.status).to.equal(413);
  });
});
