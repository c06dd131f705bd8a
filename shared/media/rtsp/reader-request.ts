/** What readers of our RTSP server may ask, and for which camera. */

/** For `Public` and `Allow`. */
export const READER_METHODS = 'OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER';

/**
 * The first part of the path of `rtsp://HOST/CAMERA`, with or without a track and a query behind it.
 * @returns undefined where the address names none
 */
export function cameraIdOf(uri: string): string | undefined {
  const [, segment = ''] = /^rtsps?:\/\/[^/?#]*\/([^/?#]+)/i.exec(uri) ?? [];
  if (segment === '') return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
