import { expect } from 'chai';
import type { CameraStatus } from '#shared/client/api-types.ts';
import { recorderWords } from '../../../gateway/dashboard/browser/recorder-words.ts';

type Recording = CameraStatus['recording'];

describe('What a recorder does, in words', () => {
  const words = (record: 'off' | 'always', recording: Recording, enabled = true): string =>
    recorderWords({ record, enabled }, { recording } as CameraStatus);

  for (const [record, recording, expected] of [
    ['off', undefined, 'Off'],
    ['always', { state: 'recording', reason: null }, 'Recording'],
    ['off', { state: 'ready', reason: null }, 'Clips of events only'],
    ['always', { state: 'ready', reason: null }, 'Waits for an event'],
    ['always', { state: 'waiting', reason: null }, 'Waits for pictures'],
    [
      'always',
      { state: 'paused', reason: 'storage-full' },
      'Paused: the disk is full; it goes on when there is space',
    ],
    ['always', { state: 'paused', reason: 'other' }, 'Paused: other'],
    [
      'always',
      { state: 'unsupported', reason: 'camera-unsupported-codec' },
      'Not possible (camera-unsupported-codec)',
    ],
  ] as const) {
    it(`are "${expected}"`, () => expect(words(record, recording)).to.equal(expected));
  }

  it('say that a disabled camera is not recorded, and nothing while its state is unknown', () => {
    expect(words('always', undefined, false)).to.equal('Off while the camera is');
    expect(recorderWords({ record: 'always', enabled: true }, undefined)).to.equal('');
  });
});
