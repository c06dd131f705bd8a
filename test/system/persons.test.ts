import { expect } from 'chai';
import { decodeJpeg, quietFfmpeg } from '../../workers/analysis/media/jpeg-decoder.ts';
import { overlap } from '../../workers/analysis/tracking/overlap.ts';
import type { RtspServer } from '../../workers/simulator/rtsp-server.ts';
import { isWholeJpeg } from '../support/decode-jpeg.ts';
import { getJson, postJson } from '../support/http.ts';
import { PERSON_BOX, readPhotograph, requirePhotographs } from '../support/photographs.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import { openStillCameras } from '../workers/analysis/support/still-camera.ts';

const SLOW = { timeoutMs: 60_000 };
/** Looks until it is clear that nobody is found: an event begins with two sightings. */
const LOOKS = 12;

describe('Persons before the cameras of a gateway that was told of no model', function () {
  this.timeout(120_000);

  let cameras: RtspServer;
  let gateway: RunningProcess;

  before(async () => {
    requirePhotographs(this.ctx);
    quietFfmpeg();
    const photograph = async (name: 'person' | 'horses') => decodeJpeg(readPhotograph(name), 640);
    cameras = await openStillCameras({
      '/meadow': await photograph('person'),
      '/steppe': await photograph('horses'),
    });
    gateway = await startGateway();
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, SLOW);
    for (const id of ['meadow', 'steppe']) {
      const url = `rtsp://127.0.0.1:${cameras.port}/${id}`;
      const analysis = { persons: true, everySeconds: 0.5 };
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
    await waitFor(async () => JSON.stringify(await health()).includes('"model":"OpenCV HOG"'), SLOW);
    expect((await health()).status).to.equal('ok');
  });

  it('are told of live, where they stand, and begin an event with a picture', async () => {
    const client = await WsClient.open(gateway.origin);
    client.send({ action: 'subscribe', cameraId: 'meadow', fps: 1, width: 160, detections: true });
    const seen = () =>
      client.messages.find(({ type, objects }) => type === 'detections' && objects.length > 0)?.objects;
    const [person] = await waitFor(seen, { ...SLOW, message: 'the person to be found' });
    client.close();
    expect(person.label).to.equal('person');
    expect(overlap(person.box, [...PERSON_BOX])).to.be.greaterThan(0.5);
    const event = await waitFor(
      async () => (await events()).find(({ kind }: { kind: string }) => kind === 'person'),
      SLOW,
    );
    expect(event).to.include({ cameraId: 'meadow', label: 'person', state: 'open' });
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
    const ofSteppe = (await events()).filter(({ cameraId }: { cameraId: string }) => cameraId === 'steppe');
    expect(ofSteppe).to.deep.equal([]);
  });
});
