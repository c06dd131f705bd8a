import { expect } from 'chai';
import { readYesNo } from '../../../gateway/reasoning/yes-no.ts';

describe('Free text', () => {
  for (const [text, expected] of [
    ['Yes', 'yes'],
    ['yes.', 'yes'],
    [' **Yes**, there is a person at the door.', 'yes'],
    ['Yes there is', 'yes'],
    ['Yes, there is no car in the way.', 'yes'],
    ['"No."', 'no'],
    ['No, there is no person in the image.', 'no'],
    ['NO!', 'no'],
    ['No - the yard is empty', 'no'],
    ['The answer is yes.', 'yes'],
    ['Answer: no', 'no'],
  ] as const) {
    it(`that says ${JSON.stringify(text)} is a ${expected}`, () => {
      expect(readYesNo(text)).to.equal(expected);
    });
  }

  for (const text of [
    '',
    'There is a person at the door.',
    'No person is visible.',
    'No one is there',
    'No-one',
    'Yes and no',
    'Yes or no?',
    'Yes, no.',
    'No. Yes.',
    'No, actually yes, there is one.',
    'Yesterday',
    'Not sure',
    'nothing',
    'I cannot tell whether the answer is yes.',
    'Sí',
    '42',
  ]) {
    it(`that says ${JSON.stringify(text)} is unknown`, () => {
      expect(readYesNo(text)).to.equal('unknown');
    });
  }
});
