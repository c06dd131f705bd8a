import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'stray text comes between packets',
  seen: 'cameras that log to the wrong socket',
  camera: { between: (session, index) => void (index % 10 === 9 && session.send('debug: encoder ok\n')) },
};
