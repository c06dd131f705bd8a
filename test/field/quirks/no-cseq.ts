import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'answers have no CSeq',
  seen: 'old Foscam',
  camera: { raw: (bytes) => bytes.replace(/CSeq: \d+\r\n/, '') },
};
