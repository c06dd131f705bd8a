/** Cameras that send JPEGs over HTTP, as they are. */
import { expect } from 'chai';
import type { CameraSet } from '../../workers/rtsp/camera/camera-set.ts';
import type { Picture } from '../../workers/rtsp/pictures/picture.ts';
import { rejection } from '../support/errors.ts';
import { waitFor } from '../support/wait-for.ts';
import { clipOf } from './support/clips.ts';
import { HttpCamera } from './support/http-camera.ts';
import { httpCameras, httpSourceOf } from './support/http-observe.ts';
import { HTTP_QUIRKS, type HttpQuirk } from './support/http-quirks.ts';

/** More than one answer for still pictures. */
const PICTURES = 4;

describe('Cameras over HTTP', () => {
  const sent = new Set<string>();
  before(() => {
    for (const clip of ['mjpeg', 'mjpeg of 2560 px'] as const)
      for (const [jpeg] of clipOf(clip).units) sent.add((jpeg as Buffer).toString('latin1'));
  });

  for (const quirk of HTTP_QUIRKS) {
    const outcome = quirk.code === undefined ? 'gives its own pictures' : `is told apart as ${quirk.code}`;
    it(`one that ${quirk.what} ${outcome}`, () => play(quirk));
  }

  async function play({ script, source, code }: HttpQuirk): Promise<void> {
    const camera = await new HttpCamera(script).open();
    const cameras = httpCameras();
    try {
      const connected = cameras.connect({ cameraId: 'field', source: httpSourceOf(camera, source) });
      if (code !== undefined) expect((await rejection(connected)).code).to.equal(code);
      else {
        await connected;
        const pictures = await watch(cameras);
        for (const { bytes } of pictures) expect(sent.has(bytes.toString('latin1'))).to.equal(true);
        expect(cameras.get('field').connection.reconnects).to.equal(0);
      }
    } finally {
      await cameras.close();
      camera.close();
    }
    await waitFor(() => camera.connections === 0, { message: 'the connection to end' });
  }

  async function watch(cameras: CameraSet): Promise<Picture[]> {
    const pictures: Picture[] = [];
    const viewer = cameras.subscribe('field', { fps: 30, width: 2560, quality: 80 }, (picture) => {
      pictures.push(picture);
    });
    await waitFor(() => pictures.length >= PICTURES, { message: 'pictures' });
    viewer.close();
    return pictures;
  }
});
