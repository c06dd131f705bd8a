import { expect } from 'chai';
import { VideoCheck, videoPlace } from '../../../gateway/camera-streams/video-check.ts';
import type { WorkerAddress } from '../../../gateway/worker-access/worker-address.ts';
import { rejection } from '../../support/errors.ts';

const address = (name: string, isRemote: boolean): WorkerAddress => ({
  ...{ name, isRemote, origin: 'http://127.0.0.1:1', token: 't', epoch: 1, details: {} },
});

describe('Where an uploaded video is checked and played', () => {
  const uploads = (bucket?: object) => ({ store: { uploads: { bucket } } });

  it('is this machine while the gateway starts its workers itself', () => {
    expect(videoPlace({ remoteWorkers: undefined, cluster: {}, ...uploads() })).to.equal('here');
  });

  it('is a remote worker, with several gateways only where they share a bucket', () => {
    expect(videoPlace({ remoteWorkers: {}, cluster: undefined, ...uploads() })).to.equal('elsewhere');
    expect(videoPlace({ remoteWorkers: {}, cluster: {}, ...uploads({}) })).to.equal('elsewhere');
    expect(videoPlace({ remoteWorkers: {}, cluster: {}, ...uploads() })).to.equal('nowhere');
  });

  it('is refused elsewhere before the upload, and the refusal names the bucket', async () => {
    const worker = address('w0', true);
    const check = new VideoCheck({ anyReady: () => worker, ready: () => [worker] }, 'nowhere');
    const error = await rejection((async () => check.expectReady())());
    expect(error.code).to.equal('upload-needs-own-worker');
    expect(error.message).to.include('UPLOADS_S3_BUCKET');
  });

  it('is no worker of another gateway', async () => {
    const [peer, own] = [address('b.rtsp-0', true), address('a.rtsp-0', false)];
    const among = (...ready: WorkerAddress[]) => new VideoCheck({ anyReady: () => peer, ready: () => ready });
    among(peer, own).expectReady();
    const error = await rejection((async () => among(peer).expectReady())());
    expect(error.code).to.equal('worker-not-ready');
  });
});
