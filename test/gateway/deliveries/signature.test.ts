import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { createSigner } from '../../../gateway/deliveries/signature.ts';

const secretOf = (bytes: number): string => `whsec_${randomBytes(bytes).toString('base64')}`;

describe('Webhook signatures', () => {
  it('S22: are those of the Standard Webhooks specification', () => {
    // The example of the specification's reference libraries.
    const sign = createSigner('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const at = new Date(1_614_265_330_000);
    expect(sign('msg_p5jXN8AQM9LWM0D4loKWxJek', at, '{"test": 2432232314}')).to.equal(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('S22: are made with every secret, so that a receiver can change from one to the next', () => {
    const [old, fresh] = [secretOf(32), secretOf(32)];
    const at = new Date();
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': createSigner(`${old} ${fresh}`)('msg_1', at, '{}'),
    };
    for (const secret of [old, fresh]) new Webhook(secret).verify('{}', headers);
    expect(() => new Webhook(secretOf(32)).verify('{}', headers)).to.throw('No matching signature');
  });
});
