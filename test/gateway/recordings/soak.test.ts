import { expect } from 'chai';
import type { SegmentStore } from '#shared/recordings/segment-store.ts';
import { SegmentRepository } from '../../../gateway/recordings/segment-repository.ts';
import { SegmentDatabase } from '../../../workers/rtsp/archive/segment-database.ts';
import { soakRecording } from '../../soak/recording.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('An hour of recording with stops, fills, set clocks and kills', () => {
  onEveryEngine((openStore) => {
    it('leaves index and files equal, and every file whole', async () => {
      await soak(new SegmentRepository(await openStore()));
    });
  });

  it('leaves the same in the archive of an agent', async () => {
    const database = SegmentDatabase.open(temporaryFolder());
    await soak(database);
    database.close();
  });

  async function soak(repository: SegmentStore): Promise<void> {
    const { problems, segments, kills } = await soakRecording(repository, { seed: 7, hours: 1 });
    expect(problems).to.deep.equal([]);
    expect(segments).to.be.greaterThan(20);
    expect(kills).to.be.greaterThan(0);
  }
});
