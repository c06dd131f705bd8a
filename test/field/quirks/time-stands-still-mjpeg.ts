import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times of MJPEG never move',
  seen: 'Micro-RTSP #9, esp32cam-rtsp #70',
  camera: { clip: 'mjpeg', ticks: () => 0 },
};
