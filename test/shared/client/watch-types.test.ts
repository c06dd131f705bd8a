import { expect } from 'chai';
import type { NewWatch, StandingWatch } from '#shared/client/watches.ts';
import type { WatchRow } from '../../../gateway/store/database.ts';
import { parseNewWatch } from '../../../gateway/watches/watch-input.ts';
import { viewWatch } from '../../../gateway/watches/watch-view.ts';
import { expectShape } from './shape.ts';

/** Every member that a client may send, so that a schema which knows fewer refuses it. */
const WATCH: Required<NewWatch> = {
  cameraId: 'gate',
  skill: 'query',
  prompt: 'Is the gate open?',
  everyMs: 5000,
  onMotion: true,
  condition: 'yes',
  n: 2,
  of: 3,
  cooldownMs: 60_000,
  deliver: true,
  enabled: true,
};

describe("The client's types of watches", () => {
  it('hold for everything that the server lets a client send', () => {
    expect(parseNewWatch(WATCH)).to.deep.include({ condition: { answer: 'yes' }, n: 2, of: 3 });
  });

  it('hold for answers', () => {
    const answer = { at: 1000, reading: 'yes', text: 'Yes', sequence: 7, timestamp: 1.5 };
    const row = {
      id: 'w1',
      camera_id: 'gate',
      skill: 'query',
      prompt: 'Open?',
      every_ms: 5000,
      on_motion: 0,
      condition: '{"answer":"yes"}',
      needed: 1,
      out_of: 1,
      cooldown_ms: 0,
      deliver: 0,
      enabled: 1,
      answers: JSON.stringify([answer]),
      last_error: JSON.stringify({ code: 'moondream-busy', message: 'Busy', at: 1000 }),
      leased_until: 0,
      next_ask_at: 5000,
      asked: 1,
      fired: 0,
      last_asked_at: 1000,
      last_fired_at: null,
      last_event_id: null,
      created_at: 500,
      updated_at: 1000,
    };
    const watch = viewWatch(row as unknown as WatchRow, 2000) as StandingWatch;
    expectShape(watch, {
      id: ['string'],
      cameraId: ['string'],
      skill: ['string'],
      prompt: ['string'],
      everyMs: ['number'],
      onMotion: ['boolean'],
      condition: ['object'],
      n: ['number'],
      of: ['number'],
      cooldownMs: ['number'],
      deliver: ['boolean'],
      enabled: ['boolean'],
      state: ['string'],
      answers: ['array'],
      lastAnswer: ['object'],
      lastError: ['object'],
      asked: ['number'],
      fired: ['number'],
      lastAskedAt: ['string'],
      lastFiredAt: ['null'],
      lastEventId: ['null'],
      nextAskAt: ['string'],
      createdAt: ['string'],
      updatedAt: ['string'],
    });
    expectShape(watch.answers[0] as NonNullable<(typeof watch.answers)[0]>, {
      at: ['string'],
      reading: ['string'],
      text: ['string'],
      sequence: ['number'],
      timestamp: ['number'],
    });
  });
});
