import { expect } from 'chai';
import type { Store } from '../../../gateway/store/store.ts';
import { ModelServerDouble } from '../../doubles/model-server.ts';
import { postJson } from '../../support/http.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ReasonHarness } from './harness.ts';

describe('Providers that are set up in the page', () => {
  onEveryEngine((open) => {
    let store: Store;
    let server: ModelServerDouble;
    let harness: ReasonHarness;

    beforeEach(async () => {
      store = await open();
      server = await ModelServerDouble.open('openai');
      harness = await ReasonHarness.open(store);
    });
    afterEach(async () => {
      await harness.close();
      server.close();
    });

    const patch = async (body: object) => {
      const response = await fetch(`${harness.api}/settings`, {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
      return { status: response.status, body: (await response.json()) as any };
    };
    const draft = (more = {}) => ({ url: `${server.url}/`, key: server.key, model: 'a-model', ...more });

    it('are asked from then on, over a restart too, and the key is sealed and never told', async () => {
      expect((await harness.ask({})).body.code).to.equal('reasoning-not-configured');
      const { status, body } = await patch({ vlm: draft(), preferred: 'vlm' });
      const shown = { url: server.url, model: 'a-model', hasKey: true, source: 'page' };
      expect([status, body.vlm, body.preferred]).to.deep.equal([200, shown, 'vlm']);
      expect((await harness.ask({})).body.answers[0].answer).to.equal('The gate is open.');
      await harness.close();
      harness = await ReasonHarness.open(store);
      await waitFor(async () => (await harness.get('settings')).body.vlm.source === 'page');
      expect((await harness.ask({})).status).to.equal(200);
      const rows = await store.db.selectFrom('reason_settings').selectAll().execute();
      for (const text of [
        JSON.stringify(rows),
        harness.lines.join(),
        JSON.stringify((await harness.get('settings')).body),
      ])
        expect(text).to.not.include('S3cr3tC4nary');
      expect((await patch({ vlm: null })).body.vlm.source).to.equal('none');
      expect((await harness.ask({})).body.code).to.equal('reasoning-not-configured');
    });

    it('keep their key for the same server, and send it to no other', async () => {
      await patch({ vlm: draft() });
      const { key: _key, ...keyless } = draft({ model: 'another' });
      expect((await patch({ vlm: keyless })).body.vlm).to.include({ model: 'another', hasKey: true });
      const elsewhere = { ...keyless, url: 'http://127.0.0.1:9/v1' };
      expect((await patch({ vlm: elsewhere })).body.vlm).to.include({ hasKey: false });
    });

    it('give way to the environment', async () => {
      await patch({ vlm: draft() });
      await harness.close();
      const other = await ModelServerDouble.open('ollama');
      harness = await ReasonHarness.open(store, {
        vlm: { url: other.url, model: 'theirs' },
        preferred: 'vlm',
      });
      const { body } = await harness.ask({});
      expect([body.answers[0].model, other.calls.length]).to.deep.equal(['theirs', 1]);
      expect((await patch({ vlm: draft() })).body).to.include({
        status: 409,
        code: 'set-by-environment',
        field: 'vlm',
      });
      expect((await patch({ preferred: null })).body).to.include({
        code: 'set-by-environment',
        field: 'preferred',
      });
      other.close();
    });

    it('are told to every gateway on the database', async () => {
      const other = await ReasonHarness.open(store);
      await patch({ vlm: draft() });
      await waitFor(async () => (await other.get('status')).body.configured);
      await other.close();
    });

    for (const [name, body, code, field] of [
      [
        'an address of the machine itself',
        { vlm: { url: 'http://169.254.169.254/v1', model: 'm' } },
        'invalid-field',
        'url',
      ],
      ['an address that is none', { vlm: { url: 'ftp://x', model: 'm' } }, 'invalid-field', 'vlm.url'],
      ['no model', { vlm: { url: 'http://localhost:9/v1' } }, 'missing-field', 'model'],
      ['neither key nor address', { moondream: {} }, 'missing-field', 'key'],
      ['an unknown field', { vlm: { apiKey: 'x' } }, 'unknown-field', 'apiKey'],
    ] as const) {
      it(`are refused with ${name}`, async () => {
        const { status, body: problem } = await patch(body);
        expect([status, problem.code, problem.field]).to.deep.equal([400, code, field]);
      });
    }

    it('can be tested before they are kept, with the models that the server has', async () => {
      server.words = 'Red.';
      const { status, body } = await postJson(`${harness.api}/test`, { provider: 'vlm', ...draft() });
      expect([status, body.answer, body.models]).to.deep.equal([200, 'Red.', ['a-model']]);
      const wrong = await postJson(`${harness.api}/test`, {
        provider: 'vlm',
        ...draft({ key: 'wrong-S3cr3t' }),
      });
      expect([wrong.status, wrong.body.code]).to.deep.equal([502, 'vlm-unauthorized']);
      expect((await harness.get('settings')).body.vlm.source).to.equal('none');
      const unset = await postJson(`${harness.api}/test`, { provider: 'moondream' });
      expect([unset.status, unset.body.code]).to.deep.equal([503, 'moondream-not-configured']);
    });
  });
});
