import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../support/source-files.ts';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** A long-lived process must get the signals that npm gets: it replaces the shell. */
const replacing = Object.entries(scripts).filter(([, text]) => /\bexec /.test(text));

describe('The scripts of package.json that replace their shell', () => {
  for (const [name, text] of replacing) {
    it(`have a second way for cmd.exe, which has no exec: ${name}`, () => {
      const [first = '', second] = text.split(' || ');
      expect(second).to.equal(first.replace(/^.*\bexec /, ''));
    });
  }

  it('never come to the second way in a shell that has it', () => {
    const { stdout, status } = spawnSync('sh', ['-c', 'exec sh -c "echo one; exit 3" || echo two'], {
      encoding: 'utf8',
    });
    expect([stdout, status]).to.deep.equal(['one\n', 3]);
  });
});
