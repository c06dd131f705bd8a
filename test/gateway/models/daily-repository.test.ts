import { expect } from 'chai';
import { DailyRepository } from '../../../gateway/models/daily-repository.ts';
import { rejection } from '../../support/errors.ts';
import { onEveryEngine } from '../../support/stores.ts';

const TODAY = 20_000;

describe('S2: questions of clients in each day', () => {
  onEveryEngine((open) => {
    it('are counted up to the bound, by all gateways together', async () => {
      const store = await open();
      const gateways = [new DailyRepository(store, 'moondream'), new DailyRepository(store, 'moondream')];
      const counted = await Promise.all(
        Array.from({ length: 12 }, (_, index) => gateways[index % 2]?.add(TODAY, 1, 10)),
      );
      expect(counted.filter((asked) => asked !== undefined).sort((a, b) => a - b)).to.deep.equal([
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
      ]);
      expect(await gateways[0]?.asked(TODAY)).to.equal(10);
      expect(await new DailyRepository(store, 'vlm').asked(TODAY), 'of another provider').to.equal(0);
    });

    it('begin anew with each day, and those before are forgotten', async () => {
      const store = await open();
      const days = new DailyRepository(store, 'moondream');
      await days.add(TODAY, 3, 3);
      expect(await days.add(TODAY, 1, 3)).to.equal(undefined);
      expect(await days.add(TODAY + 1, 1, 3)).to.equal(1);
      expect([await days.asked(TODAY), await days.asked(TODAY + 1)]).to.deep.equal([0, 1]);
    });
  });

  it('wait for a database that is not open yet', async () => {
    const closed = { isReady: false } as ConstructorParameters<typeof DailyRepository>[0];
    expect((await rejection(new DailyRepository(closed, 'moondream').add(TODAY, 1, 3))).code).to.equal(
      'storage-unavailable',
    );
  });
});
