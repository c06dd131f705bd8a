import { expect } from 'chai';
import { overlap } from '../../workers/analysis/camera/overlap.ts';
import type { Box, RgbPicture } from '../../workers/analysis/detectors/detector.ts';
import { decodeJpeg, quietFfmpeg } from '../../workers/analysis/frames/jpeg-decoder.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { isWholeJpeg } from '../support/decode-jpeg.ts';
import { getJson, postJson } from '../support/http.ts';
import { PERSON_BOX, readPhotograph, requirePhotographs } from '../support/photographs.ts';
import { FACE_BOX, readHat, readPortrait, requireOpenCv } from '../support/portrait.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import { openStillCameras } from '../workers/analysis/support/still-camera.ts';

const SLOW = { timeoutMs: 60_000 };
/** Looks until it is clear that nothing is found: an event begins with two sightings. */
const LOOKS = 12;

interface Scene {
  kind: 'person' | 'face';
  /** What its camera is asked for. */
  analysis: { persons?: boolean; faces?: boolean };
  /** In `/health`. */
  model: string;
  box: Box;
  /** Skips where the pictures are missing. */
  requirePictures(context: Mocha.Context): void;
  /** A picture with one of the kind. */
  readShown(): RgbPicture | Promise<RgbPicture>;
  /** A picture without. */
  readBare(): RgbPicture | Promise<RgbPicture>;
}

const SCENES: Record<string, Scene> = {
  Persons: {
    kind: 'person',
    analysis: { persons: true },
    model: 'OpenCV HOG',
    box: [...PERSON_BOX],
    requirePictures: requirePhotographs,
    readShown: () => decodeJpeg(readPhotograph('person'), 640),
    readBare: () => decodeJpeg(readPhotograph('horses'), 640),
  },
  Faces: {
    kind: 'face',
    analysis: { faces: true },
    model: 'OpenCV cascade',
    box: [...FACE_BOX],
    requirePictures: requireOpenCv,
    readShown: readPortrait,
    readBare: readHat,
  },
};

for (const [name, scene] of Object.entries(SCENES)) {
  describe(`${name} before the cameras of a gateway that was told of no model`, function () {
    this.timeout(120_000);

    let cameras: RtspServer;
    let gateway: RunningProcess;

    before(async () => {
      scene.requirePictures(this.ctx);
      quietFfmpeg();
      cameras = await openStillCameras({
        '/shown': await scene.readShown(),
        '/bare': await scene.readBare(),
      });
      gateway = await startGateway();
      await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, SLOW);
      for (const id of ['shown', 'bare']) {
        const url = `rtsp://127.0.0.1:${cameras.port}/${id}`;
        const analysis = { ...scene.analysis, everySeconds: 0.5 };
        expect((await postJson(`${gateway.origin}/api/cameras`, { id, url, analysis })).status).to.equal(201);
      }
    });

    after(async () => {
      await gateway?.end();
      await cameras?.close();
    });

    const events = async () => (await getJson(`${gateway.origin}/api/events`)).body.events;

    it('are found by the built-in detector, which health names', async () => {
      const health = async () => (await getJson(`${gateway.origin}/health`)).body;
      const isNamed = async () => JSON.stringify(await health()).includes(`"model":"${scene.model}"`);
      await waitFor(isNamed, SLOW);
      expect((await health()).status).to.equal('ok');
    });

    it('are told of live, where they are, and begin an event with a picture', async () => {
      const client = await WsClient.open(gateway.origin);
      client.send({ action: 'subscribe', cameraId: 'shown', fps: 1, width: 160, detections: true });
      const seen = () =>
        client.messages.find(({ type, objects }) => type === 'detections' && objects.length > 0)?.objects;
      const [found] = await waitFor(seen, { ...SLOW, message: `the ${scene.kind} to be found` });
      client.close();
      expect(found.label).to.equal(scene.kind);
      expect(overlap(found.box, scene.box)).to.be.greaterThan(0.5);
      const event = await waitFor(
        // One may end, and another begin, where nothing is looked at for five seconds.
        async () =>
          (await getJson(`${gateway.origin}/api/events?kind=${scene.kind}&state=open`)).body.events[0],
        SLOW,
      );
      expect(event).to.include({ cameraId: 'shown', label: scene.kind, state: 'open' });
      const snapshot = await waitFor(async () => {
        const response = await fetch(`${gateway.origin}/api/events/${event.id}/snapshot`);
        return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined;
      }, SLOW);
      expect(isWholeJpeg(snapshot)).to.equal(true);
    });

    it('are not found where there are none', async () => {
      const looks = async () => {
        const text = await (await fetch(`${gateway.origin}/metrics`)).text();
        return Number(/^\S*analysis_inferences_total\S* (\d+)$/m.exec(text)?.[1]);
      };
      await waitFor(async () => (await looks()) >= LOOKS, { ...SLOW, message: `${LOOKS} looks` });
      const ofBare = (await events()).filter(({ cameraId }: { cameraId: string }) => cameraId === 'bare');
      expect(ofBare).to.deep.equal([]);
    });
  });
}
