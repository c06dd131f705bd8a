import { expect } from 'chai';
import type { NotificationDraft } from '../../../gateway/notifications/notification.ts';
import {
  applyNotificationChanges,
  parseNewNotification,
} from '../../../gateway/notifications/notification-input.ts';
import { thrown } from '../../support/errors.ts';

const draftOf = (target: object): NotificationDraft =>
  parseNewNotification({ name: 'A', target }, 'http://gateway.example').draft;
const change = (before: NotificationDraft, target: object) => applyNotificationChanges(before, { target });

describe('Changes of the target of a notification', () => {
  const webhook = draftOf({
    kind: 'webhook',
    url: 'https://a.example/hook',
    headers: { Authorization: 'Bearer secret' },
  });
  const ntfy = draftOf({ kind: 'ntfy', topic: 'cameras', token: 'secret' });

  it('send stored headers to no other server', () => {
    const error = thrown(() => change(webhook, { kind: 'webhook', url: 'https://b.example/hook' }));
    expect(error).to.include({ code: 'invalid-field', field: 'target.headers' });
    const given = { kind: 'webhook', url: 'https://b.example/hook', headers: { Authorization: 'Bearer b' } };
    expect(change(webhook, given).target).to.include({ url: 'https://b.example/hook' });
  });

  it('send a stored token to no other server', () => {
    const error = thrown(() => change(ntfy, { kind: 'ntfy', server: 'https://b.example' }));
    expect(error).to.include({ code: 'invalid-field', field: 'target.token' });
    const without = change(ntfy, { kind: 'ntfy', server: 'https://b.example', token: null });
    expect(without.target).to.include({ server: 'https://b.example', token: null });
  });

  it('keep secrets where the server stays', () => {
    const moved = change(webhook, { kind: 'webhook', url: 'https://a.example/other' }).target;
    expect(moved).to.deep.include({ headers: { Authorization: 'Bearer secret' } });
    const named = change(ntfy, { kind: 'ntfy', server: 'https://ntfy.sh', topic: 'others' }).target;
    expect(named).to.include({ topic: 'others', token: 'secret' });
  });
});
