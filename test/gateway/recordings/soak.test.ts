import { expect } from 'chai';
import { soakRecording } from '../../soak/recording.ts';
import { onEveryEngine } from '../../support/stores.ts';

describe('An hour of recording with stops, fills, set clocks and kills', () => {
  onEveryEngine((openStore) => {
    it('leaves index and files equal, and every file whole', async () => {
      const { problems, segments, kills } = await soakRecording(await openStore(), { seed: 7, hours: 1 });
      expect(problems).to.deep.equal([]);
      expect(segments).to.be.greaterThan(20);
      expect(kills).to.be.greaterThan(0);
    });
  });
});
