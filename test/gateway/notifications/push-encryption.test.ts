import { createECDH } from 'node:crypto';
import { expect } from 'chai';
import { CURVE, encryptPush } from '../../../gateway/notifications/targets/push-encryption.ts';
import { makeVapidKeys, pushPost } from '../../../gateway/notifications/targets/push-request.ts';
import { PushReceiver, vapidClaims } from '../../support/push-message.ts';

describe('Encryption of push messages', () => {
  it('gives the bytes of the example in RFC 8291, appendix A', () => {
    const sender = createECDH(CURVE);
    sender.setPrivateKey('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url');
    const salt = Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url');
    const browser = {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    };
    const body = encryptPush('When I grow up, I want to be a watermelon', browser, { sender, salt });
    expect(body.toString('base64url')).to.equal(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w' +
        'EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    );
  });

  it('uses new keys for every message', () => {
    const { keys } = new PushReceiver();
    expect(encryptPush('a', keys)).not.to.deep.equal(encryptPush('a', keys));
  });

  it('refuses a key of a browser that is none', () => {
    expect(() => encryptPush('a', { p256dh: 'BAAA', auth: 'AAAA' })).to.throw();
  });

  it('signs with each pair of keys that it makes', () => {
    const browser = new PushReceiver();
    for (let i = 0; i < 300; i += 1) {
      const vapid = { ...makeVapidKeys(), contact: 'mailto:me@home.example' };
      expect(Buffer.from(vapid.privateKey, 'base64url')).to.have.length(32);
      const target = { kind: 'push', endpoint: 'https://push.example/a', keys: browser.keys } as const;
      const { headers, body } = pushPost(target, 'hello', vapid);
      const claims = vapidClaims(String(headers.authorization), vapid.publicKey);
      expect(claims).to.include({ aud: 'https://push.example', sub: 'mailto:me@home.example' });
      expect(browser.open(body as Buffer)).to.equal('hello');
    }
  });
});
