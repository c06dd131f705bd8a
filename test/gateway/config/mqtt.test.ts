import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SettingsError } from '#shared/settings.ts';
import { loadMqttConfig } from '../../../gateway/config/mqtt.ts';
import { BROKER_CA } from '../../support/broker-certificates.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('The settings of MQTT', () => {
  it('connect to no broker without MQTT_URL', () => {
    expect(loadMqttConfig({ MQTT_PREFIX: 'home' })).to.equal(undefined);
  });

  it('have defaults for everything but the broker', () => {
    expect(loadMqttConfig({ MQTT_URL: 'mqtt://broker' })).to.deep.equal({
      broker: {
        protocol: 'mqtt',
        host: 'broker',
        port: 1883,
        path: '',
        username: undefined,
        password: undefined,
        ca: undefined,
      },
      prefix: 'gateway',
      discoveryPrefix: 'homeassistant',
      snapshotMs: 60_000,
    });
  });

  it('read user, password, port, path and certificates', () => {
    const MQTT_CA_FILE = join(temporaryFolder(), 'ca.pem');
    writeFileSync(MQTT_CA_FILE, BROKER_CA);
    const env = {
      MQTT_URL: 'wss://a%20b:p%40ss@[::1]:9001/mqtt?x=1',
      MQTT_CA_FILE,
      MQTT_DISCOVERY_PREFIX: 'off',
    };
    expect(loadMqttConfig(env)).to.deep.include({
      broker: {
        protocol: 'wss',
        host: '::1',
        port: 9001,
        path: '/mqtt?x=1',
        username: 'a b',
        password: 'p@ss',
        ca: BROKER_CA,
      },
      discoveryPrefix: undefined,
    });
  });

  for (const [name, value] of [
    ['MQTT_URL', 'http://user:S3cret@broker'],
    ['MQTT_URL', 'mqtt://user:S3cret%@broker'],
    ['MQTT_URL', 'S3cret'],
    ['MQTT_PREFIX', 'a/+/b'],
    ['MQTT_PREFIX', '/a'],
    ['MQTT_DISCOVERY_PREFIX', 'a b'],
    ['MQTT_CA_FILE', '/nowhere/ca.pem'],
    ['MQTT_SNAPSHOT_SECONDS', '-1'],
  ] as const) {
    it(`refuse ${name}=${value}`, () => {
      const load = () => loadMqttConfig({ MQTT_URL: 'mqtt://broker', [name]: value });
      expect(load).to.throw(SettingsError, name);
      try {
        load();
      } catch (error) {
        expect(String(error)).to.not.include('S3cret');
      }
    });
  }
});
