import { expect } from 'chai';
import { applyChanges, parseNewCamera } from '../../../gateway/cameras/registry-input.ts';
import { thrown } from '../../support/errors.ts';

const URL = 'rtsp://admin:s3cret@192.168.1.20/1';

describe('The place of a camera', () => {
  const stored = (body: object = {}) => ({
    ...parseNewCamera({ id: 'yard', url: URL, ...body }),
    id: 'yard',
  });

  it('is the gateway, or an agent by its name', () => {
    expect(stored().agent).to.equal(undefined);
    expect(stored({ agent: null }).agent).to.equal(undefined);
    expect(stored({ agent: 'home' }).agent).to.equal('home');
    expect(thrown(() => stored({ agent: 'no name' }))).to.include({ code: 'invalid-field', field: 'agent' });
  });

  it('may be any worker with labels, which stay unless they are named, and an agent has none', () => {
    const berlin = stored({ labels: { site: 'berlin' } });
    expect(stored().labels).to.deep.equal({});
    expect(applyChanges(berlin, { name: 'Yard' }).labels).to.deep.equal({ site: 'berlin' });
    expect(applyChanges(berlin, { labels: {} }).labels).to.deep.equal({});
    for (const labels of [{ site: 'a b' }, { 'no name': 'x' }, { site: 1 }, 'site=berlin'])
      expect(thrown(() => stored({ labels })).field, JSON.stringify(labels)).to.match(/^labels/);
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`l${index}`, 'x']));
    expect(thrown(() => stored({ labels: many }))).to.include({ code: 'invalid-field', field: 'labels' });
    const atAgent = () => stored({ labels: { site: 'berlin' }, agent: 'home' });
    expect(thrown(atAgent)).to.include({ code: 'invalid-field', field: 'labels' });
  });

  it('stays unless it is named', () => {
    expect(applyChanges(stored({ agent: 'home' }), { name: 'Yard' }).agent).to.equal('home');
  });

  it('changes only with the password, which would go to another network', () => {
    for (const [before, agent] of [
      [stored(), 'home'],
      [stored({ agent: 'home' }), 'cabin'],
      [stored({ agent: 'home' }), null],
    ] as const) {
      const error = thrown(() => applyChanges(before, { agent }));
      expect(error).to.include({ code: 'invalid-field', field: 'password' });
      expect(applyChanges(before, { agent, password: 's3cret' }).agent).to.equal(agent ?? undefined);
    }
    const open = stored({ url: 'rtsp://192.168.1.20/1', password: '', username: '' });
    expect(applyChanges(open, { agent: 'home' }).agent).to.equal('home');
  });

  it('is the gateway for uploaded videos; recorded cameras may be anywhere', () => {
    expect(thrown(() => parseNewCamera({ video: 'film', agent: 'home' }))).to.include({ field: 'agent' });
    expect(stored({ agent: 'home', record: 'always' }).agent).to.equal('home');
    const change = { agent: 'home', password: 's3cret' };
    expect(applyChanges(stored({ record: 'events' }), change).agent).to.equal('home');
  });
});
