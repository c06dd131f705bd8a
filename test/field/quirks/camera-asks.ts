import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the camera sends OPTIONS and hangs up without an answer',
  seen: 'gortsplib #93',
  camera: {
    between: (session, index) => {
      if (index % 15 !== 14) return;
      if (session.answers.length < Math.floor(index / 15)) session.hangUp();
      else session.send('OPTIONS * RTSP/1.0\r\nCSeq: 5\r\nSession: 12345678\r\n\r\n');
    },
  },
  seconds: 5,
};
