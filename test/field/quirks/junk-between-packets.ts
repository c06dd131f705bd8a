import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'stray bytes come between packets',
  seen: 'go2rtc #231 and #236, gortsplib PR 653',
  camera: {
    between: (session, index) =>
      void (index % 10 === 9 && session.send(Buffer.from('0013057fff000102', 'hex'))),
  },
};
