import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times never move',
  seen: 'Micro-RTSP #9, homebridge-camera-ffmpeg #471',
  camera: { ticks: () => 4711 },
};
