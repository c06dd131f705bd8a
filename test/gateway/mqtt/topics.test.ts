import { expect } from 'chai';
import { objectIdOf, Topics } from '../../../gateway/mqtt/topics.ts';

describe('Topics', () => {
  const topics = new Topics({ prefix: 'home/gw', discoveryPrefix: 'homeassistant' });

  it('begin with the prefix', () => {
    expect(topics.status).to.equal('home/gw/status');
    expect(topics.camera('1', 'state')).to.equal('home/gw/cameras/1/state');
    expect(topics.camera('+', 'set')).to.equal('home/gw/cameras/+/set');
    expect(topics.discovery('1')).to.equal('homeassistant/device/home_gw/1/config');
  });

  it('are read back, those of others are not', () => {
    expect(topics.read('home/gw/cameras/a.b/set')).to.deep.equal({ cameraId: 'a.b', topic: 'set' });
    expect(topics.read('homeassistant/device/home_gw/1/config')).to.deep.equal({ objectId: '1' });
    for (const other of [
      'home/gw/cameras/1/unknown',
      'home/cameras/1/set',
      'x/home/gw/cameras/1/set',
      'homeassistant/device/other/1/config',
    ])
      expect(topics.read(other), other).to.equal(undefined);
  });

  it('announce nothing where discovery is off', () => {
    const silent = new Topics({ prefix: 'gw', discoveryPrefix: undefined });
    expect(silent.discovery('1')).to.equal(undefined);
    expect(silent.read('homeassistant/device/gw/1/config')).to.equal(undefined);
  });

  it('name each camera differently in the characters that Home Assistant takes', () => {
    const names = ['a.b', 'a_b', 'a-b', 'a.b.', 'a_b.'].map(objectIdOf);
    expect(new Set(names).size).to.equal(names.length);
    for (const name of names) expect(name).to.match(/^[a-zA-Z0-9_-]+$/);
  });
});
