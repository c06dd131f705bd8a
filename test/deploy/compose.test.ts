import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { SECRET_SETTINGS } from '../../gateway/config/secret-files.ts';
import { ROOT } from '../support/source-files.ts';

interface Service {
  environment?: Record<string, unknown>;
  secrets?: string[];
}

const compose = parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  secrets: Record<string, unknown>;
};
const example = readFileSync(join(ROOT, '.env.example'), 'utf8');

describe('The Compose file', () => {
  for (const name of ['gateway', 'gateway-postgres']) {
    const { environment = {}, secrets = [] } = compose.services[name] as Service;

    it(`gives ${name} settings that exist`, () => {
      for (const setting of Object.keys(environment))
        expect(example).to.include(`#${setting.replace(/_FILE$/, '')}=`);
    });

    it(`gives ${name} its secrets as files alone`, () => {
      const values = Object.keys(environment).filter((setting) =>
        SECRET_SETTINGS.some((secret) => secret === setting),
      );
      expect(values).to.deep.equal([]);
      for (const [setting, file] of Object.entries(environment).filter(([key]) => key.endsWith('_FILE')))
        expect(secrets.map((secret) => `/run/secrets/${secret}`)).to.include(file, setting);
      expect(Object.keys(compose.secrets)).to.include.members(secrets);
    });
  }
});
