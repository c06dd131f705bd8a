import { expect } from 'chai';
import type { KyselyPlugin } from 'kysely';
import { AgentRegistry } from '../../../gateway/agents/agent-registry.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { silentLog } from '../../support/serve.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('The agents there are', () => {
  onEveryEngine((open) => {
    it('are as they were read last, also where an answer of before comes later', async () => {
      const store = await open();
      const late = Promise.withResolvers<void>();
      let answers = 0;
      let isLateRead = false;
      const plugin: KyselyPlugin = {
        transformQuery: ({ node }) => node,
        transformResult: async ({ result }) => {
          answers += 1;
          if (answers === 1) await late.promise.then(() => setImmediate(() => (isLateRead = true)));
          return result;
        },
      };
      const { engine } = store;
      const slow = { engine, db: store.db.withPlugin(plugin), whenReady: () => store.whenReady() };
      const registry = new AgentRegistry({ store: slow as Store, log: silentLog });
      registry.start();
      await waitFor(() => answers === 1, { message: 'the first answer' });
      const token = await registry.create('home');
      expect(registry.names).to.deep.equal(['home']);
      late.resolve();
      await waitFor(() => isLateRead, { message: 'the late answer' });
      expect(registry.nameOf(token)).to.equal('home');
      await registry.close();
    });
  });
});
