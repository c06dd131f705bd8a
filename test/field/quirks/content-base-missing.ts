import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'there is no Content-Base',
  seen: 'RFC 2326 appendix C.1.1',
  camera: { raw: (bytes) => bytes.replace(/Content-Base: [^\r]*\r\n/, '') },
};
