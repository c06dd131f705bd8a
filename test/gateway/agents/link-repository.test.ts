import { expect } from 'chai';
import { sql } from 'kysely';
import { LinkRepository } from '../../../gateway/agents/link-repository.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { createPostgresDatabase, HAS_POSTGRES, openPostgresAt } from '../../support/stores.ts';

describe('Which gateway has the link of an agent', () => {
  let store: Store;
  let a: LinkRepository;
  let b: LinkRepository;

  before(function () {
    if (HAS_POSTGRES) return;
    if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
    this.skip();
  });
  beforeEach(async () => {
    store = await openPostgresAt(await createPostgresDatabase());
    [a, b] = [new LinkRepository(store, 'a'), new LinkRepository(store, 'b')];
    expect(await a.renew([link('first')], ['first'])).to.deep.equal(['first']);
  });
  afterEach(() => store?.close());

  const link = (session: string) => ({ agent: 'home', session, way: 'sealed', facts: '{}' });
  const rows = async () =>
    (await b.read()).map(({ gateway, session, isAlive }) => `${gateway} ${session} ${isAlive}`);

  it('is the one where it connected last: the other learns that it has it no more', async () => {
    expect(await b.renew([link('second')], ['second'])).to.deep.equal(['second']);
    expect(await a.renew([link('first')], [])).to.deep.equal([]);
    expect(await rows()).to.deep.equal(['b second true']);
  });

  it('is told as long as it is renewed', async () => {
    expect(await a.renew([link('first')], [])).to.deep.equal(['first']);
    expect(await rows()).to.deep.equal(['a first true']);
    await sql`update agent_links set until = 1 where agent = 'home'`.execute(store.db);
    expect(await rows()).to.deep.equal(['a first false']);
    expect(await a.renew([link('first')], [])).to.deep.equal(['first']);
    expect(await rows()).to.deep.equal(['a first true']);
  });

  it('is forgotten when the session ends, unless another has begun', async () => {
    await b.renew([link('second')], ['second']);
    await a.release(['first']);
    expect(await rows()).to.deep.equal(['b second true']);
    await b.release(['second']);
    expect(await rows()).to.deep.equal([]);
  });
});
