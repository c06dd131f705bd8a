import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../../../gateway/config/config.ts';
import { SECRET_SETTINGS, withSecretFiles } from '../../../gateway/config/secret-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('Secrets from files', () => {
  const file = (text: string): string => {
    const path = join(temporaryFolder(), 'secret');
    writeFileSync(path, text);
    return path;
  };

  for (const name of SECRET_SETTINGS) {
    it(`reads ${name} from the file that ${name}_FILE names`, () => {
      expect(withSecretFiles({ [`${name}_FILE`]: file('a secret of a file\n') })[name]).to.equal(
        'a secret of a file',
      );
    });
  }

  it('gives the gateway its token', () => {
    const env = { API_TOKEN_FILE: file('a-token-of-20-letters\n') };
    expect(loadConfig(withSecretFiles(env)).auth.apiToken).to.equal('a-token-of-20-letters');
  });

  it('refuses a secret that is set twice', () => {
    const env = { API_TOKEN: 'a-token-of-20-letters', API_TOKEN_FILE: file('another') };
    expect(() => withSecretFiles(env)).to.throw(/API_TOKEN_FILE .*one of the two/);
  });

  it('names the variable of a file that is missing or empty, and no content', () => {
    expect(() => withSecretFiles({ SECRET_KEY_FILE: '/nowhere/key' })).to.throw(/SECRET_KEY_FILE .*ENOENT/);
    expect(() => withSecretFiles({ SECRET_KEY_FILE: file('  \n') })).to.throw(/SECRET_KEY_FILE .*not empty/);
  });
});
