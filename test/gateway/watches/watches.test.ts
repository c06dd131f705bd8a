import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import type { Said } from '../../../gateway/reasoning/reasoner.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { getJson } from '../../support/http.ts';
import { rectangle } from '../../support/polygons.ts';
import { onEveryEngine, openSqlite } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { finds, KEY, says, WatchHarness } from './harness.ts';

const DETECT_YES = { skill: 'detect', prompt: 'car', condition: 'yes' };
const OUTSIDE = [0.8, 0, 0.5, 1];
const GATE = { name: 'Gate', polygon: rectangle(0.5, 0.5, 0.25, 0.5) };

describe('Watches', () => {
  onEveryEngine((openStore) => {
    let store: Store;
    let harness: WatchHarness;
    const opened: WatchHarness[] = [];

    beforeEach(async () => {
      store = await openStore();
      harness = await open();
    });
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close();
    });

    async function open(options: Parameters<typeof WatchHarness.open>[1] = {}): Promise<WatchHarness> {
      const one = await WatchHarness.open(store, options);
      opened.push(one);
      return one;
    }

    /** Makes a watch whose first question was asked. */
    async function start(body: object = {}): Promise<string> {
      const { body: watch } = await harness.create(body);
      await harness.untilAsked(watch.id, 1);
      return watch.id;
    }

    it('are made, listed, changed and removed', async () => {
      const { status, body, headers } = await harness.create({ n: 2, of: 3, enabled: false });
      expect([status, headers.get('location')]).to.deep.equal([201, `/api/watches/${body.id}`]);
      expect(body).to.deep.include({
        cameraId: '1',
        skill: 'query',
        prompt: 'Is the gate open?',
        everyMs: 1000,
        onMotion: false,
        condition: { answer: 'yes' },
        n: 2,
        of: 3,
        cooldownMs: 60_000,
        state: 'paused',
        lastError: null,
      });
      await harness.create({ cameraId: 2, skill: 'detect', prompt: 'person', enabled: false });
      expect((await getJson(harness.api)).body).to.have.length(2);
      expect((await getJson(`${harness.api}?cameraId=2`)).body[0].condition).to.deep.equal({ atLeast: 1 });
      await harness.change(body.id, { condition: 'no', everyMs: 5000 });
      expect(await harness.view(body.id)).to.deep.include({
        condition: { answer: 'no' },
        everyMs: 5000,
        n: 2,
      });
      expect((await harness.remove(body.id)).status).to.equal(204);
      expect((await getJson(`${harness.api}/${body.id}`)).body.code).to.equal('watch-not-found');
      expect((await harness.remove(body.id)).status).to.equal(404);
    });

    it('ask on their own, at their pace, and fire with the picture that decided', async () => {
      const id = await start();
      expect(harness.asked[0]).to.deep.include({
        cameraId: '1',
        kind: 'ask',
        words: 'Is the gate open?',
        form: 'yesno',
      });
      expect(harness.events).to.deep.equal([]);
      harness.answer = () => says('Yes, it is.');
      const takenAt = harness.clock.now + 1000;
      await harness.askAgain(id);
      const [{ picture, data, ...event }] = harness.events as [(typeof harness.events)[0]];
      expect(event).to.deep.equal({
        cameraId: '1',
        kind: 'watch',
        label: 'Is the gate open?',
        score: null,
        startedAt: takenAt,
        zones: [],
      });
      expect(picture?.jpeg.toString()).to.equal('picture 2');
      expect(data).to.deep.include({ watchId: id, condition: { answer: 'yes' } });
      expect((await harness.view(id)).lastAnswer, 'still to be looked at').to.include({
        text: 'Yes, it is.',
      });
      expect(await harness.view(id)).to.include({
        state: 'cooling-down',
        fired: 1,
        lastEventId: 'event-1',
        asked: 2,
      });
    });

    it('keep their last 20 readings, those that no longer count too', async () => {
      const id = await start({ cooldownMs: 0, skill: 'detect', prompt: 'car' });
      harness.answer = () => finds(3);
      await harness.askAgain(id, 21);
      const { readings, answers } = await harness.view(id);
      expect(readings).to.have.length(20);
      expect(readings.at(-1)).to.include({ reading: 'yes', text: '3 found', number: 3 });
      expect(answers).to.deep.equal([]);
    });

    it('fire when a number changed, and look at the part of the picture that they are told', async () => {
      const area = [0.25, 0.5, 0.5, 0.5];
      harness.answer = () => finds(2);
      const id = await start({ skill: 'detect', prompt: 'car', condition: { changed: true }, area });
      expect(harness.asked[0]).to.deep.include({ kind: 'find', area });
      await harness.askAgain(id);
      expect(harness.events).to.deep.equal([]);
      const object = { x_min: 0.5, y_min: 0.5, x_max: 1, y_max: 0.75 };
      harness.answer = () => ({ ...finds(1), objects: [object] });
      await harness.askAgain(id);
      expect(harness.events).to.have.length(1);
      // The picture is that part.
      expect(harness.events[0]?.picture?.objects).to.deep.equal([
        { label: 'car', score: null, box: [0.5, 0, 0.5, 0.5] },
      ]);
    });

    it('send a camera to a preset when they fire, and say why it did not go', async () => {
      const actions = [{ kind: 'ptz-preset', preset: 'gate', cameraId: '2' }];
      const id = await start({ actions, cooldownMs: 0 });
      harness.answer = () => says('Yes');
      await harness.askAgain(id);
      expect(harness.moves).to.deep.equal(['2 gate']);
      harness.go = () => Promise.reject(new AppError('ptz-busy', 'A person moves it'));
      await harness.askAgain(id);
      expect(harness.events).to.have.length(2);
      expect((await harness.view(id)).lastError).to.include({ code: 'ptz-busy' });
    });

    it('tell a notification and call a webhook with their event and answer when they fire', async () => {
      const actions = [
        { kind: 'notification', notificationId: 'phone' },
        { kind: 'webhook', notificationId: 'hook' },
      ];
      const id = await start({ actions });
      expect((await harness.view(id)).actions).to.deep.equal(actions);
      harness.answer = () => says('Yes, wide open.');
      await harness.askAgain(id);
      expect(harness.told).to.deep.equal([
        ['phone', 'event-1', 'Yes, wide open.', false],
        ['hook', 'event-1', 'Yes, wide open.', true],
      ]);
    });

    it('tell only notifications that there are, and call only webhooks', async () => {
      for (const [kind, notificationId, code] of [
        ['notification', 'gone', 'notification-not-found'],
        ['webhook', 'phone', 'invalid-field'],
      ]) {
        const { body } = await harness.create({ actions: [{ kind, notificationId }] });
        expect(body.code).to.equal(code);
      }
      const id = await start({});
      const change = await harness.change(id, { actions: [{ kind: 'webhook', notificationId: 'gone' }] });
      expect(change.status).to.equal(404);
      expect((await harness.view(id)).actions).to.deep.equal([]);
    });

    it('are tried once before they are stored', async () => {
      harness.answer = () => says('Yes, wide open.');
      const { status, body } = await harness.try({});
      expect(status).to.equal(200);
      expect(body).to.deep.include({ reading: 'yes', text: 'Yes, wide open.', sequence: 1 });
      expect(body.picture).to.equal(`data:image/jpeg;base64,${btoa('picture 1')}`);
      expect((await getJson(harness.api)).body).to.deep.equal([]);
      expect((await harness.try({ prompt: '' })).body).to.include({ code: 'missing-field', field: 'prompt' });
    });

    it('fire on n of the last m answers, of which what cannot be read is none', async () => {
      const id = await start({ n: 2, of: 3 });
      const say = async (...answers: string[]) => {
        for (const answer of answers) {
          harness.answer = () => says(answer);
          await harness.askAgain(id);
        }
      };
      await say('Yes', 'Perhaps', 'No', 'Yes', 'No person is there');
      const { answers } = await harness.view(id);
      expect(answers.map(({ reading }: { reading: string }) => reading)).to.deep.equal([
        'no',
        'yes',
        'unknown',
      ]);
      expect(harness.events).to.deep.equal([]);
      await say('Yes');
      expect(harness.events).to.have.length(1);
    });

    it('ask nothing while they cool down, and need fresh answers afterwards', async () => {
      harness.answer = () => says('Yes');
      const id = await start({ cooldownMs: 60_000, n: 1, of: 1 });
      const { nextAskAt } = await harness.view(id);
      expect(Date.parse(nextAskAt)).to.equal(harness.clock.now + 60_000);
      harness.clock.now += 60_000;
      await harness.untilAsked(id, 2);
      expect(harness.events).to.have.length(2);
    });

    it('wait no longer than their interval after the clock was set back', async () => {
      harness.answer = () => says('Yes');
      const id = await start({ cooldownMs: 60_000, n: 1, of: 1 });
      harness.clock.now -= 3_600_000;
      await waitFor(async () => {
        const { nextAskAt } = await harness.view(id);
        return Date.parse(nextAskAt) === harness.clock.now + 60_000;
      });
      harness.clock.now += 60_000;
      await harness.untilAsked(id, 2);
    });

    it('go on after a restart where they were', async () => {
      const id = await start({ n: 2, of: 2 });
      harness.answer = () => says('Yes');
      await harness.askAgain(id);
      await harness.close();
      const { clock } = harness;
      harness = await open({ clock });
      harness.answer = () => says('Yes');
      expect(await harness.view(id)).to.include({ asked: 2, state: 'waiting' });
      await harness.askAgain(id);
      expect(harness.events, 'one answer was from before').to.have.length(1);
    });

    it('show what is wrong with Moondream, ask more rarely, and recover', async () => {
      harness.answer = () => {
        throw new AppError('moondream-failed', `Moondream answered with status 500: ${KEY}`);
      };
      const id = await start();
      const { state, lastError, nextAskAt } = await harness.view(id);
      expect([state, lastError.code]).to.deep.equal(['failing', 'moondream-failed']);
      expect(lastError.message).to.not.include(KEY);
      await waitFor(() => harness.failing === 1);
      const firstPause = Date.parse(nextAskAt) - harness.clock.now;
      harness.clock.now += firstPause;
      await harness.untilAsked(id, 2);
      const secondPause = Date.parse((await harness.view(id)).nextAskAt) - harness.clock.now;
      expect(secondPause).to.be.above(firstPause).and.above(1000);
      harness.answer = () => says('No');
      harness.clock.now += secondPause;
      await harness.untilAsked(id, 3);
      expect(await harness.view(id)).to.include({ state: 'waiting', lastError: null });
      await waitFor(() => harness.failing === 0);
    });

    it('still count as failing after a restart, and no longer once they are paused', async () => {
      harness.answer = () => {
        throw new AppError('moondream-failed', 'Moondream answered with status 500');
      };
      const id = await start();
      await harness.close();
      harness = await open({ clock: harness.clock });
      await waitFor(() => harness.failing === 1);
      await harness.change(id, { enabled: false });
      await waitFor(() => harness.failing === 0);
    });

    it('wait as long as Moondream received', async () => {
      harness.answer = () => {
        throw new AppError('moondream-rate-limited', 'Too many', { retryAfter: 90 });
      };
      const id = await start();
      expect(Date.parse((await harness.view(id)).nextAskAt) - harness.clock.now).to.equal(90_000);
    });

    it('fire later when an event could not be kept', async () => {
      const { record } = harness;
      harness.record = () => {
        throw new AppError('storage-full', 'There is no space left');
      };
      harness.answer = () => says('Yes');
      const id = await start();
      expect((await harness.view(id)).lastError.code).to.equal('storage-full');
      harness.record = record;
      harness.clock.now += 10_000;
      await harness.untilAsked(id, 2);
      expect(await harness.view(id)).to.include({ fired: 1, lastError: null });
    });

    it('are never asked by two gateways on one database simultaneously', async () => {
      const { clock } = harness;
      const other = await open({ clock });
      const release = Promise.withResolvers<void>();
      let underWay = 0;
      let most = 0;
      for (const one of [harness, other]) {
        one.answer = async () => {
          underWay += 1;
          most = Math.max(most, underWay);
          await release.promise;
          underWay -= 1;
          return says('No');
        };
      }
      const { body } = await harness.create({});
      await waitFor(() => underWay === 1);
      // Due again by its pace, but one of them has it in hand.
      clock.now += 5000;
      const { body: second } = await harness.create({ cameraId: '2' });
      await waitFor(() => underWay === 2, { message: 'both gateways to look' });
      expect(most).to.equal(2);
      release.resolve();
      await waitFor(
        async () => (await harness.view(body.id)).asked === 2 && (await harness.view(second.id)).asked === 1,
      );
      expect(harness.asked.length + other.asked.length).to.equal(3);
    });

    it('are taken over from a gateway that died', async () => {
      harness.answer = ({ signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('closed'))),
        );
      const { body } = await harness.create({});
      await waitFor(() => harness.asked.length === 1);
      const heir = await open({ clock: { now: harness.clock.now + 91_000 } });
      await waitFor(() => heir.asked.length === 1);
      await heir.untilAsked(body.id, 2);
      await harness.close();
      expect(await heir.view(body.id), 'as the heir left it').to.deep.include({ asked: 2, lastError: null });
    });

    it('keep to a budget of each camera and of all, and give back what was not asked', async () => {
      await harness.close();
      const { clock } = harness;
      harness = await open({ clock, budget: { total: 3, perCamera: 2 } });
      const asked = harness.asked;
      const offline = () => {
        throw new AppError('stale-frame', 'The newest frame is 9000 ms old');
      };
      harness.answer = offline;
      const first = await start();
      harness.answer = () => says('No');
      clock.now += 2000;
      await harness.untilAsked(first, 2);
      await harness.askAgain(first);
      clock.now += 1000;
      await waitFor(async () => (await harness.view(first)).lastError?.code === 'moondream-budget-spent');
      const second = await start({ cameraId: '2' });
      clock.now += 1000;
      await waitFor(async () => (await harness.view(second)).lastError?.code === 'moondream-budget-spent');
      await waitFor(() => harness.failing === 2);
      expect(asked).to.have.length(4);
      expect((await harness.view(second)).nextAskAt).to.equal('2026-05-01T13:00:00.000Z');
      clock.now = Date.UTC(2026, 4, 1, 13);
      await harness.untilAsked(second, 2);
      expect(await harness.view(second)).to.include({ lastError: null, state: 'waiting' });
    });

    it('stop when they are paused, and forget their answers', async () => {
      const id = await start({ n: 2, of: 2 });
      harness.answer = () => says('Yes');
      await harness.askAgain(id);
      await harness.change(id, { enabled: false });
      harness.clock.now += 60_000;
      const other = await start({ cameraId: '2' });
      expect(await harness.view(id)).to.deep.include({ asked: 2, state: 'paused', answers: [] });
      await harness.change(id, { enabled: true });
      await harness.untilAsked(id, 3);
      expect((await harness.view(other)).asked).to.equal(1);
      expect(harness.events.map(({ cameraId }) => cameraId)).to.deep.equal(['2']);
    });

    it('take no answer to what is no longer asked', async () => {
      const held = Promise.withResolvers<Said>();
      harness.answer = () => held.promise;
      const { body } = await harness.create({ n: 2, of: 2 });
      await waitFor(() => harness.asked.length === 1);
      harness.answer = () => says('No');
      await harness.change(body.id, { prompt: 'Is it raining?' });
      await harness.untilAsked(body.id, 2);
      held.resolve(says('Perhaps'));
      await harness.askAgain(body.id);
      const { answers } = await harness.view(body.id);
      expect(answers.map(({ text }: { text: string }) => text)).to.deep.equal(['No', 'No']);
    });

    describe('on a zone', () => {
      beforeEach(() => {
        harness.zones = [GATE];
      });

      const bodyOf = async (changes: object, id: string) => (await harness.change(id, changes)).json();

      it('ask about the part of the picture around it', async () => {
        const { body } = await harness.create({ zone: 'Gate' });
        await harness.untilAsked(body.id, 1);
        expect(harness.asked.at(-1)?.area).to.deep.equal([0.5, 0.5, 0.25, 0.5]);
        expect(await harness.view(body.id)).to.include({ zone: 'Gate', area: null });
      });

      it('count what stands in it, though it reaches beyond, and name it in their event', async () => {
        const box = (x_min: number, y_max: number) => ({ x_min, y_min: 0.1, x_max: x_min + 0.1, y_max });
        const objects = [box(0.55, 0.9), box(0.55, 0.4), box(0.1, 0.9)];
        harness.answer = () => ({ answer: '3 found', value: 3, objects });
        const watch = { skill: 'detect', prompt: 'car', condition: { atLeast: 1 }, zone: 'Gate' };
        const { body } = await harness.create(watch);
        await harness.untilAsked(body.id, 1);
        expect(harness.asked.at(-1)?.area).to.equal(undefined);
        expect((await harness.view(body.id)).lastAnswer).to.include({ number: 1, text: '1 found' });
        expect(harness.events.at(-1)?.zones).to.deep.equal(['Gate']);
        const boxes = harness.events.at(-1)?.picture?.objects.map((found) => found.box);
        expect(boxes?.map(([left]) => left)).to.deep.equal([0.55]);
      });

      it('say so when it is gone, and can be paused then', async () => {
        const { body } = await harness.create({ zone: 'Gate' });
        await harness.untilAsked(body.id, 1);
        harness.zones = [];
        harness.clock.now += body.everyMs;
        await waitFor(async () => (await harness.view(body.id)).lastError?.code === 'zone-not-found');
        expect((await harness.change(body.id, { enabled: false })).status).to.equal(200);
        expect(await bodyOf({ zone: 'Other' }, body.id)).to.include({ code: 'zone-not-found' });
      });

      it('go over to an area, and back', async () => {
        const area = [0, 0, 0.5, 0.5];
        const { body } = await harness.create({ zone: 'Gate' });
        expect(await bodyOf({ area }, body.id)).to.deep.include({ zone: null, area });
        expect(await bodyOf({ zone: 'Gate' }, body.id)).to.include({ zone: 'Gate', area: null });
        expect(await bodyOf({ zone: 'Gate', area }, body.id)).to.include({ field: 'zone' });
      });
    });

    describe('upon motion', () => {
      const WATCH = { everyMs: undefined, onMotion: true, n: 2, of: 3 };

      it('ask nothing before, and then as often as they need answers', async () => {
        const { body } = await harness.create(WATCH);
        expect(body).to.include({ state: 'waiting-for-motion', nextAskAt: null, everyMs: 2000 });
        await start({ cameraId: '2' });
        expect((await harness.view(body.id)).asked).to.equal(0);
        harness.move('1');
        await harness.untilAsked(body.id, 1);
        await harness.askAgain(body.id, 2);
        expect(await harness.view(body.id)).to.include({ asked: 3, state: 'waiting-for-motion' });
      });

      it('count no answers to an earlier motion', async () => {
        const { body } = await harness.create(WATCH);
        harness.answer = () => says('Yes');
        harness.move('1');
        await harness.untilAsked(body.id, 1);
        harness.answer = () => says('No');
        await harness.askAgain(body.id, 2);
        harness.clock.now += 60_000;
        harness.answer = () => says('Yes');
        harness.move('1');
        await harness.untilAsked(body.id, 4);
        expect(harness.events).to.deep.equal([]);
        await harness.askAgain(body.id);
        expect(harness.events).to.have.length(1);
        expect(await harness.view(body.id)).to.include({ state: 'cooling-down', nextAskAt: null });
      });

      it('ask on motion in their zone only', async () => {
        harness.zones = [GATE];
        const { body } = await harness.create({ ...WATCH, zone: 'Gate' });
        const { body: anywhere } = await harness.create(WATCH);
        harness.move('1', ['Street']);
        await harness.untilAsked(anywhere.id, 1);
        expect((await harness.view(body.id)).asked).to.equal(0);
        harness.clock.now += 2000;
        harness.move('1', ['Street', 'Gate']);
        await harness.untilAsked(body.id, 1);
      });

      it('leave other cameras alone', async () => {
        const { body } = await harness.create(WATCH);
        harness.move('2');
        await start({ cameraId: '2' });
        expect((await harness.view(body.id)).asked).to.equal(0);
      });
    });
  });
});

describe('A watch is refused', () => {
  let harness: WatchHarness;
  let store: Store;
  before(async () => {
    store = await openSqlite(folders);
    harness = await WatchHarness.open(store, { max: 1, motion: undefined });
  });
  after(async () => {
    await harness.close();
    await store.close();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
  const folders: string[] = [];

  for (const [why, body, code, field] of [
    ['without a camera', { cameraId: undefined }, 'missing-field', 'cameraId'],
    ['without a question', { prompt: '' }, 'missing-field', 'prompt'],
    ['that never asks', { everyMs: undefined }, 'missing-field', 'everyMs'],
    ['that asks all the time', { everyMs: 10 }, 'invalid-field', 'everyMs'],
    ['that needs more answers than it keeps', { n: 3, of: 2 }, 'invalid-field', 'of'],
    ['whose skill cannot be read', { skill: 'segment' }, 'invalid-field', 'skill'],
    ['whose condition is not of its skill', DETECT_YES, 'invalid-field', 'condition'],
    ['with an action that is not known', { actions: [{ kind: 'call' }] }, 'invalid-field', 'actions.0.kind'],
    ['of an area outside the picture', { area: OUTSIDE }, 'invalid-field', 'area'],
    ['on a caption without words', { skill: 'caption', prompt: undefined }, 'missing-field', 'condition'],
    ['with a field that means nothing', { colour: 'red' }, 'invalid-field', 'colour'],
    ['that waits for motion without analysis', { onMotion: true }, 'invalid-field', 'onMotion'],
    ['that is to be delivered without a backend', { deliver: true }, 'invalid-field', 'deliver'],
    ['of an unknown camera', { cameraId: '9' }, 'camera-not-found', undefined],
  ] as const) {
    it(why, async () => {
      const given = (await harness.create(body)).body;
      expect([given.code, given.field]).to.deep.equal([code, field]);
    });
  }

  it('when there are too many', async () => {
    expect((await harness.create({ enabled: false })).status).to.equal(201);
    expect((await harness.create({ enabled: false })).body).to.include({
      status: 409,
      code: 'too-many-watches',
    });
  });
});
