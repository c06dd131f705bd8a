import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MODULE = fileURLToPath(new URL('../../shared/compile-cache.ts', import.meta.url));
const SCRIPT = `
  const { enableCompileCache, compileCacheEnv } = await import(${JSON.stringify(MODULE)});
  enableCompileCache(process.env);
  console.log(JSON.stringify(compileCacheEnv()));`;

/** What a process that turns the cache on hands to its children. */
function cacheEnv(env: Record<string, string>): { NODE_COMPILE_CACHE?: string } {
  const args = ['--input-type=module', '--eval', SCRIPT];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  return JSON.parse(stdout);
}

describe('The compile cache', () => {
  it('lies beside the program, and workers share it', () => {
    const { NODE_COMPILE_CACHE = '' } = cacheEnv({ DATA_DIR: temporaryFolder() });
    expect(NODE_COMPILE_CACHE).to.match(/node_modules\/\.cache\/compiled$/);
    expect(existsSync(NODE_COMPILE_CACHE)).to.equal(true);
  });

  it('lies where NODE_COMPILE_CACHE says', () => {
    const folder = join(temporaryFolder(), 'cache');
    expect(cacheEnv({ NODE_COMPILE_CACHE: folder })).to.deep.equal({ NODE_COMPILE_CACHE: folder });
  });

  it('is left out where its folder cannot be made', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(cacheEnv({ NODE_COMPILE_CACHE: join(file, 'cache') })).to.deep.equal({});
  });
});
