import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { isWebhookSecret } from '../../../gateway/config/webhook-secret.ts';

const secretOf = (bytes: number): string => `whsec_${randomBytes(bytes).toString('base64')}`;

describe('A secret of webhooks', () => {
  it('has 24 to 64 bytes', () => {
    for (const secret of [secretOf(24), secretOf(64), `${secretOf(24)} ${secretOf(32)}`])
      expect(isWebhookSecret(secret), secret).to.equal(true);
    for (const secret of [
      '',
      'whsec_',
      secretOf(23),
      secretOf(65),
      randomBytes(32).toString('base64'),
      'whsec_***',
      `${secretOf(24)}A`,
      secretOf(25).replace(/=+$/, ''),
    ])
      expect(isWebhookSecret(secret), secret).to.equal(false);
  });
});
