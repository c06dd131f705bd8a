import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times are the same for 12 pictures, then 12 steps come together',
  seen: 'homebridge-camera-ffmpeg #471',
  camera: { ticks: (index) => Math.floor(index / 12) * 12 * 6000 },
};
