import type { Quirk } from '../support/quirk.ts';

const headOf = (bytes: string): string => bytes.slice(0, bytes.indexOf('\r\n\r\n') + 4);

export const quirk: Quirk = {
  what: 'lines of answers end in LF alone',
  seen: 'janus-gateway PR 1922, OvenMediaEngine #1935 (YUAN)',
  camera: { raw: (bytes) => headOf(bytes).replaceAll('\r\n', '\n') + bytes.slice(headOf(bytes).length) },
};
