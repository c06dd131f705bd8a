import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import express from 'express';
import { HELD_VIDEOS_PATH } from '#shared/held-videos.ts';
import { notFound } from '#shared/http/problem.ts';
import { VideoCarrier } from '../../../gateway/cameras/video-carrier.ts';
import type { WorkerAddress } from '../../../gateway/worker-access/worker-address.ts';
import { HeldVideos } from '../../../workers/rtsp/videos/held-videos.ts';
import { videoRoutes } from '../../../workers/rtsp/videos/video-routes.ts';
import { originOf, portOf, problems, serve, silentLog, stop } from '../../support/serve.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const FIRST_MS = 5;
const BYTES = 4_000_000;

describe('Bringing a video to a worker on another machine', () => {
  let source: string;
  let held: HeldVideos;
  let freeBytes: number;
  let server: Server;
  let proxy: TcpProxy;
  let carrier: VideoCarrier;
  let worker: WorkerAddress | undefined;
  let isWanted: boolean;
  let arrivals: number;

  beforeEach(async () => {
    const folder = temporaryFolder();
    source = join(folder, 'film.mp4');
    writeFileSync(source, Buffer.alloc(BYTES, 'frame'));
    freeBytes = 1e9;
    held = new HeldVideos({
      folder: join(folder, 'held'),
      quotaBytes: 1e9,
      reserveBytes: 0,
      played: () => [],
      log: silentLog,
      freeBytes: async () => freeBytes,
    });
    server = await serve(express().use(HELD_VIDEOS_PATH, videoRoutes(held)).use(problems));
    proxy = await TcpProxy.open(portOf(server));
    worker = { name: 'w0', origin: proxy.origin, token: 't', epoch: 1, isRemote: true, details: {} };
    carrier = new VideoCarrier(silentLog, FIRST_MS);
    isWanted = true;
    arrivals = 0;
  });

  afterEach(async () => {
    await carrier.close();
    await proxy.close();
    stop(server);
  });

  const isThere = (cameraId = '1') =>
    carrier.isThere(
      {
        cameraId,
        file: source,
        worker: () => worker,
        isWanted: () => isWanted,
        onThere: () => {
          arrivals += 1;
        },
      },
      AbortSignal.timeout(20_000),
    );
  const reasons = () => carrier.states().map(([id, { reason }]) => [id, reason]);

  it('brings it once, and says when it is there', async () => {
    expect(await isThere()).to.equal(false);
    expect(await isThere()).to.equal(false);
    await waitFor(() => arrivals === 1);
    expect(await isThere()).to.equal(true);
    expect(readFileSync(held.pathOf('film.mp4')).equals(readFileSync(source))).to.equal(true);
    expect(proxy.sentBytes).to.be.lessThan(1.1 * BYTES);
  });

  it('sends it once for two cameras of the worker', async () => {
    await isThere('1');
    await isThere('2');
    await waitFor(() => arrivals === 2);
    expect(proxy.sentBytes).to.be.lessThan(1.1 * BYTES);
  });

  it('goes on after a transfer that broke', async () => {
    await isThere();
    await waitFor(() => proxy.sentBytes > 100_000);
    proxy.cut();
    await waitFor(() => arrivals === 1);
    expect(await isThere()).to.equal(true);
  });

  it('waits for space on the disk of the worker, and says so in the status of the camera', async () => {
    freeBytes = 0;
    await isThere();
    await waitFor(() => reasons().length === 1);
    expect(reasons()).to.deep.equal([['1', 'storage-full']]);
    freeBytes = 1e9;
    await waitFor(() => arrivals === 1);
    expect(reasons()).to.deep.equal([]);
  });

  it('waits for a file that this gateway does not have yet', async () => {
    const content = readFileSync(source);
    rmSync(source);
    await isThere();
    await waitFor(() => reasons().length === 1);
    expect(reasons()).to.deep.equal([['1', 'camera-video-unreadable']]);
    writeFileSync(source, content);
    await waitFor(() => arrivals === 1);
  });

  it('asks a worker of an earlier version beside all other orders, and says so in the status', async () => {
    const present = worker as WorkerAddress;
    const earlier = await serve(express().use(notFound).use(problems));
    worker = { ...present, origin: originOf(earlier) };
    expect(await isThere()).to.equal(false);
    await waitFor(() => reasons().length === 1);
    expect(carrier.states()[0]?.[1]).to.include({
      reason: 'camera-video-unreadable',
      detail: 'Worker w0 is of an earlier version that takes no videos',
    });
    worker = present;
    await waitFor(() => arrivals === 1);
    stop(earlier);
  });

  it('ends when the camera or the worker is gone, and begins anew when they come back', async () => {
    freeBytes = 0;
    await isThere();
    await waitFor(() => reasons().length === 1);
    isWanted = false;
    expect(reasons()).to.deep.equal([]);
    freeBytes = 1e9;
    const gone = worker;
    worker = undefined;
    expect(await isThere()).to.equal(false);
    [worker, isWanted] = [gone, true];
    await waitFor(async () => await isThere());
  });
});
