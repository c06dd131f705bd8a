import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'speaks TLS 1.1 alone',
  seen: 'cameras of 2014',
  camera: {
    isTls: true,
    tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
  },
};
