import { expect } from 'chai';
import type { Key } from '#shared/client/api-types.ts';
import {
  emptyDraft,
  faultOf,
  rightsInWords,
  rightsOf,
} from '../../../gateway/dashboard/browser/key-draft.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');

describe('A draft of a key', () => {
  it('is for looking at all cameras for ever, until the user says otherwise', () => {
    expect(rightsOf(emptyDraft(), NOW)).to.deep.equal({ scope: 'view' });
  });

  it('names the chosen cameras and the time of expiry', () => {
    const draft = { ...emptyDraft(), isLimited: true, cameras: new Set(['a', 'b']), days: 30 };
    expect(rightsOf(draft, NOW)).to.deep.equal({
      scope: 'view',
      cameras: ['a', 'b'],
      expires: '2026-03-31T00:00:00.000Z',
    });
  });

  it('keeps a choice of cameras that no longer counts out of it', () => {
    expect(rightsOf({ ...emptyDraft(), cameras: new Set(['a']) }, NOW)).to.deep.equal({ scope: 'view' });
  });

  it('cannot be sent for no camera', () => {
    expect(faultOf({ ...emptyDraft(), isLimited: true })).to.equal('Choose at least one camera.');
    expect(faultOf({ ...emptyDraft(), isLimited: true, cameras: new Set(['a']) })).to.equal(undefined);
  });

  it('is told in words with the names of its cameras', () => {
    const key = { scope: 'operate', cameras: ['a', 'b'] } as Key;
    const nameOf = (id: string): string => ({ a: 'Gate' })[id] ?? id;
    expect(rightsInWords(key, nameOf)).to.equal('Look, move cameras and ask · Gate, b');
    expect(rightsInWords({ ...key, cameras: null }, nameOf)).to.include('all cameras');
  });
});
