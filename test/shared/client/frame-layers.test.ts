import { expect } from 'chai';
import { FrameLayers } from '#shared/client/frame-layers.ts';

describe('Two layers', () => {
  let layers: FrameLayers;
  let released: string[];
  let changes: number;

  beforeEach(() => {
    released = [];
    changes = 0;
    layers = new FrameLayers(() => {
      changes += 1;
    });
  });

  const show = (uri: string) => layers.show({ uri, headers: {}, release: () => released.push(uri) });
  const front = () => layers.layers.find(({ isFront }) => isFront)?.source?.uri;
  const back = () => layers.layers.find(({ isFront }) => !isFront)?.source?.uri;

  it('keep showing a picture until the next has loaded, then swap', () => {
    show('a');
    expect([front(), back()]).to.deep.equal([undefined, 'a']);
    layers.loaded('a');
    expect(front()).to.equal('a');
    show('b');
    expect([front(), back()]).to.deep.equal(['a', 'b']);
    layers.loaded('b');
    expect([front(), back()]).to.deep.equal(['b', 'a']);
  });

  it('free a picture only once nothing shows it', () => {
    show('a');
    layers.loaded('a');
    show('b');
    layers.loaded('b');
    expect(released).to.deep.equal([]);
    show('c');
    expect(released).to.deep.equal(['a']);
    layers.close();
    expect(released).to.have.members(['a', 'b', 'c']);
  });

  it('let the image view set the pace: of what comes while one loads, the newest is loaded next', () => {
    for (const uri of ['a', 'b', 'c']) show(uri);
    expect([back(), released]).to.deep.equal(['a', ['b']]);
    layers.loaded('a');
    expect([front(), back()]).to.deep.equal(['a', 'c']);
  });

  it('keep what is shown when the next cannot be loaded', () => {
    show('a');
    layers.loaded('a');
    show('b');
    layers.failed('b');
    expect([front(), back(), released]).to.deep.equal(['a', undefined, ['b']]);
    show('c');
    expect(back()).to.equal('c');
  });

  it('ignore word of addresses that are not loading any more', () => {
    show('a');
    layers.loaded('a');
    const before = changes;
    layers.loaded('a');
    layers.failed('a');
    layers.loaded('z');
    expect([front(), changes]).to.deep.equal(['a', before]);
  });
});
