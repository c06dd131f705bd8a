import { tmpdir } from 'node:os';
import { expect } from 'chai';
import type { Presence } from '../../../gateway/notifications/lookout.ts';
import { type PresenceSources, presenceReader } from '../../../gateway/notifications/presences.ts';

type Worker = ReturnType<PresenceSources['pool']['status']>[number];

async function look(workers: Worker[], reserveBytes = 0): Promise<Presence[]> {
  return presenceReader({
    directory: { wanted: () => [] },
    states: { read: async () => new Map() },
    pool: { status: () => workers },
    config: {
      dataDir: tmpdir(),
      recordings: { folder: `${tmpdir()}/that-is-not-made-yet` },
      store: { uploads: { reserveBytes } },
    },
  })();
}

const worker = (name: string, state: Worker['state'], isRequired: boolean): Worker => ({
  ...{ name, state, isRequired },
  kind: 'child',
});

describe('Who may be away', () => {
  it('is a worker that is meant to run and does not; one that is not needed now is not', async () => {
    const found = await look([
      worker('runs', 'ready', true),
      worker('dies', 'backoff', true),
      worker('gone', 'stopped', true),
      worker('rests', 'stopped', false),
      worker('fails', 'failed', false),
    ]);
    const away = found.filter(({ kind, isHere }) => kind === 'worker' && !isHere);
    expect(away.map(({ name }) => name)).to.deep.equal(['dies', 'gone', 'fails']);
  });

  it('is a disk with less space than the reserve; a folder that is not made yet has none', async () => {
    expect((await look([])).map(({ kind, name, isHere }) => ({ kind, name, isHere }))).to.deep.equal([
      { kind: 'disk', name: tmpdir(), isHere: true },
    ]);
    const [full] = await look([], Number.MAX_SAFE_INTEGER);
    expect(full).to.include({ kind: 'disk', isHere: false });
    expect(full?.reason).to.match(/^\d+\.\d GB free$/);
  });
});
