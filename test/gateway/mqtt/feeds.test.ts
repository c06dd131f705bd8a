import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraChannel } from '../../../gateway/analysis/camera-channel.ts';
import { CameraDirectory } from '../../../gateway/cameras/camera-directory.ts';
import type { Publication, Session } from '../../../gateway/mqtt/broker-link.ts';
import { DetectionFeed } from '../../../gateway/mqtt/detection-feed.ts';
import { Outlet } from '../../../gateway/mqtt/outlet.ts';
import { SnapshotFeed } from '../../../gateway/mqtt/snapshot-feed.ts';
import { Topics } from '../../../gateway/mqtt/topics.ts';
import { cameraSource } from '../../support/camera-source.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { jpegOf } from '../moondream/harness.ts';

const topics = new Topics({ prefix: 'gw', discoveryPrefix: undefined });

describe('Feeds of an MQTT broker', () => {
  let directory: CameraDirectory;
  let outlet: Outlet;
  let sent: Publication[];
  let ending: AbortController;

  beforeEach(() => {
    directory = new CameraDirectory(10, new Redactor());
    outlet = new Outlet();
    sent = [];
    ending = new AbortController();
  });

  const connect = (id: string): void =>
    directory.put({ id, name: id, location: '', source: cameraSource(), origin: 'connected' });
  const attach = (): void => {
    const publish = async (publication: Publication): Promise<void> => void sent.push(publication);
    outlet.attach({ signal: ending.signal, publish } satisfies Session);
  };
  const textsAt = (topic: string): string[] =>
    sent.flatMap((one) => (one.topic === topic ? [String(one.payload)] : []));

  describe('what analysis sees', () => {
    let channel: CameraChannel;
    let feed: DetectionFeed;

    beforeEach(() => {
      channel = new CameraChannel();
      feed = new DetectionFeed({ directory, channel, outlet, topics, everyMs: 20 });
      connect('1');
      feed.start();
      attach();
    });
    afterEach(() => feed.close());

    const see = (cameraId: string, timestamp: number, isSeen = true): void =>
      channel.notifyDetections({
        type: 'detections',
        cameraId,
        timestamp,
        objects: isSeen ? [{ label: 'person', score: 0.9, box: [0, 0, 1, 1] }] : [],
      } as Parameters<CameraChannel['notifyDetections']>[0]);
    const timesAt = (cameraId: string): number[] =>
      textsAt(`gw/cameras/${cameraId}/detections`).map((text) => JSON.parse(text).timestamp);

    it('is sent once for many pictures, the newest', async () => {
      for (let picture = 1; picture <= 50; picture += 1) see('1', picture);
      await waitFor(() => timesAt('1').length > 0);
      expect(timesAt('1')).to.deep.equal([50]);
    });

    it('is sent of cameras that come later, and not of those that are gone', async () => {
      connect('2');
      directory.remove('1');
      see('1', 1);
      see('2', 2);
      await waitFor(() => timesAt('2').length > 0);
      expect(timesAt('1')).to.deep.equal([]);
    });

    it('says once that nothing is seen any more', async () => {
      see('1', 1);
      await waitFor(() => timesAt('1').length === 1);
      see('1', 2, false);
      await waitFor(() => timesAt('1').length === 2);
      see('1', 3, false);
      connect('2');
      see('2', 4);
      await waitFor(() => timesAt('2').length === 1);
      expect(timesAt('1')).to.deep.equal([1, 2]);
    });

    it('begins anew for a camera that comes back', async () => {
      see('1', 1, false);
      await waitFor(() => timesAt('1').length === 1);
      directory.remove('1');
      connect('1');
      see('1', 2, false);
      await waitFor(() => timesAt('1').length === 2);
    });

    it('is dropped while no broker is there', async () => {
      ending.abort();
      see('1', 1);
      attachAgain();
      see('1', 2);
      await waitFor(() => timesAt('1').length > 0);
      expect(timesAt('1')).to.deep.equal([2]);
    });

    const attachAgain = (): void => {
      ending = new AbortController();
      attach();
    };
  });

  describe('pictures', () => {
    const JPEG = jpegOf(64, 48);
    let asked: string[];
    let feed: SnapshotFeed;

    beforeEach(() => {
      asked = [];
      const newest = async (cameraId: string) => {
        asked.push(cameraId);
        if (cameraId === '1') throw new AppError('no-frame-yet', 'Camera 1 has no picture yet');
        return { jpeg: JPEG, sequence: 1, timestamp: 1, ageMs: 0, width: 64, height: 48 };
      };
      feed = new SnapshotFeed({ directory, frames: { newest }, outlet, topics, everyMs: 20, log: silentLog });
      connect('1');
      connect('2');
    });
    afterEach(() => feed.close());

    it('are sent of every camera that has one, kept by the broker', async () => {
      attach();
      feed.start();
      await waitFor(() => sent.length > 0);
      expect(asked.slice(0, 2)).to.deep.equal(['1', '2']);
      expect(sent[0]).to.deep.equal({ topic: 'gw/cameras/2/snapshot', payload: JPEG, retain: true });
    });

    it('are not taken while no broker is there', async () => {
      feed.start();
      feed.update();
      await feed.close();
      expect(asked).to.deep.equal([]);
    });

    it('say on command why there is none', async () => {
      attach();
      const failure = await feed.take('1', ending.signal).catch((error: AppError) => error.code);
      expect(failure).to.equal('no-frame-yet');
    });
  });
});
