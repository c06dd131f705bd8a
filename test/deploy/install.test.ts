import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../support/source-files.ts';

/** 150 were wanted; mqtt and web-push bring 32, and no smaller library is kept as well. */
const MAX_PACKAGES = 172;

interface LockedPackage {
  dev?: boolean;
  link?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}

/** Paths of the packages that `npm ci --omit=dev` installs on Linux x64 with glibc. */
function installed(): string[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  return Object.entries(packages).flatMap(([path, { dev = false, link = false, os, cpu, libc }]) => {
    const isHere = (os ?? ['linux']).includes('linux') && (cpu ?? ['x64']).includes('x64');
    const isWanted = path.startsWith('node_modules/') && !dev && !link && isHere;
    return isWanted && (libc ?? ['glibc']).includes('glibc') ? [path] : [];
  });
}

describe('An installation without development', () => {
  it(`has at most ${MAX_PACKAGES} packages`, () => {
    const paths = installed();
    expect(paths.length, paths.join(', ')).to.be.within(1, MAX_PACKAGES);
  });

  it('has no compiler, browser, linter and test runner', () => {
    const tools = ['typescript', '@biomejs/biome', 'playwright-core', 'mocha', 'hls.js', 'onnxruntime-node'];
    expect(tools.filter((tool) => installed().includes(`node_modules/${tool}`))).to.deep.equal([]);
  });
});
