import { expect } from 'chai';
import type { AppError } from '#shared/errors.ts';
import { GuessLimiter } from '../../../gateway/auth/guess-limiter.ts';
import { SharedSignIns } from '../../../gateway/auth/shared-sign-ins.ts';
import { Tickets } from '../../../gateway/auth/tickets.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { silentLog } from '../../support/serve.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';

const SECRET = 'the tokens of all gateways';
const GUESSER = '203.0.113.9';
const LIMITS = { logins: 3, loginsHourly: 5 };

describe('Sign-ins at several gateways', () => {
  onEveryEngine((open) => {
    let store: Store;
    let shared: SharedSignIns[];
    beforeEach(async () => {
      store = await open();
      shared = [];
    });
    afterEach(() => Promise.all(shared.map((one) => one.close())));

    function gateway() {
      const tickets = new Tickets(SECRET);
      const guesses = new GuessLimiter(LIMITS);
      const one = new SharedSignIns({ tickets, guesses, store, log: silentLog, everyMs: 20 });
      one.start();
      shared.push(one);
      return { tickets, guesses };
    }

    function guess(at: { guesses: GuessLimiter }): string {
      try {
        at.guesses.check(GUESSER, undefined);
        return 'counted';
      } catch (error) {
        return (error as AppError).code;
      }
    }

    it('take a ticket once, wherever it was used', async () => {
      const [here, there] = [gateway(), gateway()];
      const { ticket } = here.tickets.issue({ role: 'viewer' }, '/ws');
      const known: string[] = [];
      const learn = there.tickets.learn.bind(there.tickets);
      there.tickets.learn = (id, until) => {
        known.push(id);
        learn(id, until);
      };
      expect(here.tickets.take(ticket, '/ws')?.role).to.equal('viewer');
      if (store.engine === 'postgres') await waitFor(() => known.length === 1);
      const isTaken = there.tickets.take(ticket, '/ws') !== undefined;
      expect(isTaken, 'SQLite has one gateway').to.equal(store.engine === 'sqlite');
    });

    it('count invalid tokens of an address together, also for a gateway that starts later', async () => {
      const [here, there] = [gateway(), gateway()];
      expect([guess(here), guess(there), guess(here)]).to.deep.equal(['counted', 'counted', 'counted']);
      if (store.engine === 'sqlite') return void expect(guess(here)).to.equal('counted');
      await waitFor(async () => {
        const { length } = await store.db.selectFrom('sign_in_news').select('id').execute();
        return length === 3;
      });
      const late = gateway();
      for (const [name, at] of Object.entries({ here, there, late }))
        await waitFor(() => refuses(at.guesses), { message: name });
      const rows = await store.db.selectFrom('sign_in_news').select('id').execute();
      expect(rows, 'what is refused unread is no guess').to.have.length(3);
    });

    it('forget what no longer matters', async () => {
      if (store.engine === 'sqlite') return;
      const past = { noted_at: 1, kept_until: 2 };
      await store.db
        .insertInto('sign_in_news')
        .values({ id: 'old', kind: 'guess', subject: GUESSER, ...past })
        .execute();
      const here = gateway();
      await waitFor(
        async () => (await store.db.selectFrom('sign_in_news').select('id').execute()).length === 0,
      );
      expect(guess(here)).to.equal('counted');
    });
  });
});

/** Whether a valid token of an address is refused, since it sent too many invalid ones; counts nothing. */
function refuses(guesses: GuessLimiter): boolean {
  try {
    guesses.check(GUESSER, `${Math.random()}`);
    return false;
  } catch {
    return true;
  }
}
