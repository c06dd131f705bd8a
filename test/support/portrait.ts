/** The photograph of a face that `@opencvjs/node`, an optional dependency, carries for tests of its own. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AV_CODEC_ID_PNG } from 'node-av/constants';
import type { RgbPicture } from '../../workers/analysis/detectors/detector.ts';
import { decodePicture } from './decode-picture.ts';

/** Where the face is on it, by eye, forehead to chin: left, top, width and height as shares of the picture. */
export const FACE_BOX = [0.47, 0.41, 0.23, 0.34] as const;
/** Above this share of its height there is a hat, and nothing of the face. */
const HAT = 0.38;

/** Skips the tests of a context aloud where it is not installed; with `CI_PEERS=required` it fails instead. */
export function requireOpenCv(context: Mocha.Context): void {
  if (existsSync(path() ?? '')) return;
  const reason = '@opencvjs/node is not installed';
  if (process.env.CI_PEERS === 'required') throw new Error(reason);
  console.log(`      skipped: ${reason}`);
  context.skip();
}

/** A woman with a hat who looks over her shoulder at the camera, 512x512. */
export function readPortrait(): RgbPicture {
  return decodePicture(readFileSync(path() as string), AV_CODEC_ID_PNG);
}

/** The part of it without the face. */
export function readHat(): RgbPicture {
  const { width, height, pixels } = readPortrait();
  const rows = Math.round(height * HAT);
  return { width, height: rows, pixels: pixels.subarray(0, rows * width * 3) };
}

function path(): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve('@opencvjs/node/test/Lenna.png'));
  } catch {
    return undefined;
  }
}
