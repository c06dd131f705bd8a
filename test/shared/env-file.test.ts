import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('The file .env', () => {
  const folder = temporaryFolder();
  const file = join(folder, '.env');
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What a process in the folder has then. */
  function read(env: Record<string, string> = {}) {
    const program = `
      const { loadEnvFile } = await import(${JSON.stringify(pathToFileURL(join(ROOT, 'shared/env-file.ts')).href)});
      loadEnvFile(process);
      console.log(JSON.stringify(process.env));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    return { env: JSON.parse(stdout) as Record<string, string>, stderr };
  }

  it('adds settings to the environment, which wins', () => {
    writeFileSync(
      file,
      '# ours\nPORT=5001\nLOG_LEVEL = warn # loud enough\nexport HOST=::1\nNAME="a # b"\r\n',
    );
    const { env, stderr } = read({ PORT: '5002' });
    expect(env).to.include({ PORT: '5002', LOG_LEVEL: 'warn', HOST: '::1', NAME: 'a # b' });
    expect(stderr).to.equal('');
  });

  it('need not be there', () => {
    rmSync(file);
    expect(read().stderr).to.equal('');
  });

  it('is left out with a word where it cannot be read', () => {
    mkdirSync(file);
    expect(read().stderr).to.match(/^\.env is left out, it cannot be read: \w+\n$/);
  });
});
