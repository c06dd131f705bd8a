import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'stray dollar signs come between packets',
  seen: 'go2rtc #236',
  camera: {
    between: (session, index) =>
      void (index % 10 === 9 && session.send(Buffer.from('0024ff10002400', 'hex'))),
  },
};
