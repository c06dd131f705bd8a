import { expect } from 'chai';
import { publicKeys } from '../../../gateway/devices/public-keys.ts';

const row = (source: string, name: string, created_at = 0) => ({
  device_key: `${source}:${name}`,
  source,
  created_at,
});

describe('Keys of devices as clients see them', () => {
  it('are the own names of devices, with any characters', () => {
    const rows = [row('mediamtx', 'yard'), row('gateway', '1'), row('mediamtx', 'a:b/c')];
    expect([...publicKeys(rows).values()]).to.deep.equal(['yard', '1', 'a:b/c']);
  });

  it('keep the source where another device had the name first', () => {
    const rows = [row('gateway', 'yard', 9), row('mediamtx', 'yard', 5), row('second', 'yard', 7)];
    expect([...publicKeys(rows).values()]).to.deep.equal(['gateway:yard', 'yard', 'second:yard']);
  });

  it('are never those of another device', () => {
    const rows = [row('mediamtx', 'gateway:1'), row('gateway', '1', 5), row('mediamtx', '1')];
    expect([...publicKeys(rows).values()]).to.deep.equal(['mediamtx:gateway:1', 'gateway:1', '1']);
  });

  it('do not change in the order of the rows', () => {
    const rows = [row('mediamtx', 'yard'), row('gateway', 'yard')];
    expect(publicKeys(rows).get('gateway:yard')).to.equal('yard');
    expect(publicKeys(rows.toReversed()).get('gateway:yard')).to.equal('yard');
  });
});
