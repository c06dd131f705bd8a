import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const FOLDER = new URL('../../../shared/client/', import.meta.url);
const files = readdirSync(fileURLToPath(FOLDER))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(new URL(name, FOLDER), 'utf8') }));

/** What only some of the platforms have; exceptions are the file that looks for it and the names of the API. */
const ONE_PLATFORM = /\b(?:Buffer|process|window|document|navigator|require|AbortSignal\.(?:any|timeout))\b/;

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

describe('The client as a package', () => {
  for (const { name, text } of files) {
    it(`${name} needs nothing but its neighbours`, () => {
      const imported = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(
        (match) => match[1] as string,
      );
      const names = files.map((file) => `./${file.name}`);
      // The example of react.ts imports React in a comment.
      const foreign = imported.filter((specifier) => !names.includes(specifier) && specifier !== 'react');
      expect(foreign).to.deep.equal([]);
      expect(withoutComments(text)).not.to.match(/'react'/);
    });

    it(`${name} has no text of several lines, whose white space the build would change`, () => {
      const texts = withoutComments(text).match(/`[^`]*`/g) ?? [];
      expect(texts.filter((found) => found.includes('\n'))).to.deep.equal([]);
    });

    it(`${name} uses what every platform has, and becomes JavaScript by leaving its types out`, () => {
      if (name !== 'platform.ts' && name !== 'api-types.ts')
        expect(withoutComments(text)).not.to.match(ONE_PLATFORM);
      expect(() => stripTypeScriptTypes(text)).not.to.throw();
    });
  }
});
