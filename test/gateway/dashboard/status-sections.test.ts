import { expect } from 'chai';
import { type StatusSections, StatusText, sectionsOf } from '../../../gateway/dashboard/status-sections.ts';

const NOW = 1_700_000_000_000;

function sections(change: Partial<StatusSections> = {}): StatusSections {
  return {
    ids: ['1', '2'],
    cameras: { 1: { name: 'Gate' }, 2: { name: 'Yard' } },
    statuses: { 1: { frameRate: 15 }, 2: null },
    workers: [{ name: 'rtsp-0', state: 'ready' }],
    gateway: { state: 'ok' },
    services: { database: { ready: true } },
    ...change,
  };
}

const read = (text: string | undefined) => (text === undefined ? undefined : JSON.parse(text));

describe('The state for a client of some cameras', () => {
  it('has these, and tells whether they can be asked, not by which server', () => {
    const skills = { severalPictures: true };
    const provider = { name: 'vlm', server: 'http://10.0.0.5/v1', state: 'ready', configured: true, skills };
    const reasoning = { configured: true, preferred: null, providers: [provider] };
    const all = sections({ services: { database: { ready: true }, reasoning } });
    expect(sectionsOf(all, new Set(['2']))).to.deep.equal({
      ...{ ids: ['2'], cameras: { 2: { name: 'Yard' } }, statuses: { 2: null }, workers: [] },
      gateway: { state: 'ok' },
      services: { reasoning: { configured: true, providers: [{ configured: true, skills }] } },
    });
    expect(sectionsOf(sections(), new Set()).services).to.deep.equal({});
  });
});

describe('The text of a state', () => {
  it('is everything, with the time it is of', () => {
    expect(read(new StatusText(sections()).whole(NOW))).to.deep.equal({ now: NOW, ...sections() });
  });

  it('has the members of a section even when there are none', () => {
    const empty = new StatusText(sections({ ids: [], cameras: {}, statuses: {} }));
    expect(read(empty.whole(NOW))).to.deep.include({ ids: [], cameras: {}, statuses: {} });
  });

  it('is nothing where nothing has changed', () => {
    expect(new StatusText(sections()).since(new StatusText(sections()), NOW)).to.equal(undefined);
  });

  it('names the cameras that changed, and no others', () => {
    const changed = new StatusText(sections({ statuses: { 1: { frameRate: 15 }, 2: { frameRate: 5 } } }));
    expect(read(changed.since(new StatusText(sections()), NOW))).to.deep.equal({
      now: NOW,
      statuses: { 2: { frameRate: 5 } },
    });
  });

  it('shows by the ids that a camera is gone', () => {
    const changed = new StatusText(
      sections({ ids: ['2'], cameras: { 2: { name: 'Yard' } }, statuses: { 2: null } }),
    );
    expect(read(changed.since(new StatusText(sections()), NOW))).to.deep.equal({ now: NOW, ids: ['2'] });
  });

  it('repeats a section as a whole when anything in it changed', () => {
    const workers = [{ name: 'rtsp-0', state: 'backoff' }];
    const changed = new StatusText(sections({ workers }));
    expect(read(changed.since(new StatusText(sections()), NOW))).to.deep.equal({ now: NOW, workers });
  });
});
