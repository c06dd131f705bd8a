/** The limit on pictures of cameras, which the gateway reads and its workers keep. */
import { type Environment, readInteger } from './settings.ts';

const NAME = 'MAX_PICTURE_MEGAPIXELS';
/** Twice what the largest cameras send (8K). */
const DEFAULT_MEGAPIXELS = 64;
const MEGA = 1_000_000;

/** Pixels that one picture may have. @throws SettingsError */
export function readMaxPixels(env: Environment): number {
  return readInteger(env, NAME, { fallback: DEFAULT_MEGAPIXELS, min: 1, max: 512 }) * MEGA;
}

/** The setting for a worker. */
export function pictureEnv(maxPixels: number): Record<string, string> {
  return { [NAME]: String(maxPixels / MEGA) };
}
