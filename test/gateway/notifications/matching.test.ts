import { expect } from 'chai';
import { NOTICE_KINDS } from '#shared/contract/notification.ts';
import { EVENT_KINDS } from '../../../gateway/events/event.ts';
import { tellsOf } from '../../../gateway/notifications/matching.ts';
import {
  type Happening,
  type NotificationSettings,
  settingsIn,
} from '../../../gateway/notifications/notification.ts';

const PERSON: Happening = {
  ...{ kind: 'person', cameraId: 'door', camera: 'Front Door', label: 'person', score: 0.9 },
  ...{ zones: ['Drive'], answer: null, at: new Date(2026, 4, 4, 12).getTime(), eventId: 'e1' },
};
const WORKER: Happening = {
  ...PERSON,
  kind: 'worker-lost',
  cameraId: null,
  camera: null,
  zones: [],
  eventId: null,
};

const tells = (settings: Partial<NotificationSettings>, happening = PERSON): boolean =>
  tellsOf({ ...settingsIn({}), ...settings }, happening);

describe('A notification', () => {
  it('can tell of every kind of event', () => {
    expect(NOTICE_KINDS).to.include.members([...EVENT_KINDS]);
  });

  it('tells of everything unless it has filters', () => {
    expect(tells({})).to.equal(true);
    expect(tells({}, WORKER)).to.equal(true);
  });

  it('tells of its kinds only, and of none where it names none', () => {
    expect(tells({ kinds: ['person'] })).to.equal(true);
    expect(tells({ kinds: ['motion'] })).to.equal(false);
    expect(tells({ kinds: [] })).to.equal(false);
  });

  it('tells of its cameras only; of what concerns no camera if it names the kind', () => {
    expect(tells({ cameras: ['door'] })).to.equal(true);
    expect(tells({ cameras: ['yard'] })).to.equal(false);
    expect(tells({ cameras: ['door'] }, WORKER)).to.equal(false);
    expect(tells({ cameras: ['door'], kinds: ['worker-lost'] }, WORKER)).to.equal(true);
  });

  it('tells of events with its labels and in its zones, in any case', () => {
    expect(tells({ labels: ['Person'] })).to.equal(true);
    expect(tells({ labels: ['dog'] })).to.equal(false);
    expect(tells({ zones: ['drive', 'lawn'] })).to.equal(true);
    expect(tells({ zones: ['lawn'] })).to.equal(false);
    expect(tells({ zones: ['lawn'], labels: ['dog'] }, WORKER)).to.equal(true);
  });

  it('tells of what happens in its times only', () => {
    expect(tells({ times: [{ from: '11:00', to: '13:00' }] })).to.equal(true);
    expect(tells({ times: [{ from: '13:00', to: '11:00' }] })).to.equal(false);
  });
});
