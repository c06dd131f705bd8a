import { expect } from 'chai';
import {
  readChoice,
  readHttpUrl,
  readInteger,
  readLogLevel,
  readOptional,
  readSwitch,
  readText,
  SettingsError,
} from '#shared/settings.ts';

describe('The readers of settings', () => {
  it('take what is unset, empty or blank for absent', () => {
    for (const env of [{}, { X: '' }, { X: '  ' }]) {
      expect(readText(env, 'X', 'fallback')).to.equal('fallback');
      expect(readOptional(env, 'X')).to.equal(undefined);
      expect(readInteger(env, 'X', { fallback: 7, min: 1, max: 9 })).to.equal(7);
      expect(readChoice(env, 'X', { fallback: 'a', choices: ['a', 'b'] })).to.equal('a');
      expect(readSwitch(env, 'X', true)).to.equal(true);
      expect(readHttpUrl(env, 'X')).to.equal(undefined);
    }
    expect(readLogLevel({})).to.equal('info');
  });

  it('read what is there, without the blanks around it', () => {
    expect(readText({ X: ' a b ' }, 'X', '')).to.equal('a b');
    expect(readInteger({ X: ' 9 ' }, 'X', { fallback: 7, min: 1, max: 9 })).to.equal(9);
    expect(readChoice({ X: 'b' }, 'X', { fallback: 'a', choices: ['a', 'b'] })).to.equal('b');
    for (const text of ['on', 'TRUE', '1', 'Yes']) expect(readSwitch({ X: text }, 'X', false)).to.equal(true);
    for (const text of ['off', 'False', '0', 'no'])
      expect(readSwitch({ X: text }, 'X', true)).to.equal(false);
    expect(readHttpUrl({ X: 'https://host/v1/' }, 'X')).to.equal('https://host/v1');
    expect(readLogLevel({ LOG_LEVEL: 'debug' })).to.equal('debug');
  });

  for (const [read, message] of [
    [
      () => readInteger({ X: '10' }, 'X', { fallback: 7, min: 1, max: 9 }),
      'X is "10", but must be a whole number from 1 to 9',
    ],
    [
      () => readInteger({ X: '1.5' }, 'X', { fallback: 7, min: 1, max: 9 }),
      'X is "1.5", but must be a whole number from 1 to 9',
    ],
    [
      () => readInteger({ X: '5x' }, 'X', { fallback: 7, min: 1, max: 9 }),
      'X is "5x", but must be a whole number from 1 to 9',
    ],
    [
      () => readChoice({ X: 'c' }, 'X', { fallback: 'a', choices: ['a', 'b'] }),
      'X is "c", but must be one of a, b',
    ],
    [() => readSwitch({ X: 'maybe' }, 'X', true), 'X is "maybe", but must be on or off'],
    [
      () => readHttpUrl({ X: 'ftp://host' }, 'X'),
      'X is "ftp://host", but must be an absolute http:// or https:// URL',
    ],
  ] as const) {
    it(`say: ${message}`, () => {
      expect(read).to.throw(SettingsError, message);
    });
  }
});
