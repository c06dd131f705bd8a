import { expect } from 'chai';
import type { Segment } from '#shared/recording-link.ts';
import { RecordingIndex } from '#shared/recordings/recording-index.ts';
import { silentLog } from '../../support/serve.ts';

const ALL = ['yard', 0, Number.MAX_SAFE_INTEGER] as const;

function segmentFrom(startedAt: number): Segment {
  const file = `${startedAt}.mp4`;
  const known = { cameraId: 'yard', begins: 'restarted', codecs: 'avc1.42c01e', bytes: 100 } as const;
  return { ...known, file, startedAt, endedAt: startedAt + 1000, parts: [[100, 1000]] };
}

describe('The index of recordings', () => {
  for (const query of ['spans', 'list'] as const) {
    it(`tells a segment once that is closed while the store is asked (${query})`, async () => {
      const saved: Segment[] = [];
      const asked = Promise.withResolvers<void>();
      const answer = async (): Promise<Segment[]> => {
        await asked.promise;
        return [...saved];
      };
      const index = new RecordingIndex({
        repository: { save: async (segment) => void saved.push(segment), spans: answer, list: answer },
        keepMsOf: () => 0,
        discard: async () => {},
        log: silentLog,
      });
      for (const startedAt of [1000, 5000])
        index.take('w', { type: 'segment', segment: segmentFrom(startedAt), isOpen: true });
      const told = query === 'spans' ? index.spans(...ALL) : index.list(...ALL, 10);
      index.take('w', { type: 'segment', segment: segmentFrom(1000), isOpen: false });
      await index.settled();
      asked.resolve();
      expect((await told).map(({ startedAt }) => startedAt)).to.deep.equal([1000, 5000]);
    });
  }
});
