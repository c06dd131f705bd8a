import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Versions below these have holes that are known, or lack a defence we count on. */
const FLOORS: Readonly<Record<string, string>> = {
  ws: '8.21.0',
  httpxy: '0.5.5',
  express: '5.0.0',
  '@fastify/busboy': '3.2.0',
};

/** Every copy of a package in the lock file, nested ones too, with its version. */
function copiesOf(name: string): string[] {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version?: string }> };
  return Object.entries(lock.packages).flatMap(([path, { version }]) =>
    path.endsWith(`node_modules/${name}`) && version !== undefined ? version : [],
  );
}

function isAtLeast(version: string, floor: string): boolean {
  const parts = (text: string): number[] => text.split('-')[0]?.split('.').map(Number) ?? [];
  const [ours, wanted] = [parts(version), parts(floor)];
  const index = wanted.findIndex((part, at) => part !== (ours[at] ?? 0));
  return index < 0 || (ours[index] ?? 0) > (wanted[index] ?? 0);
}

describe('The dependencies', () => {
  for (const [name, floor] of Object.entries(FLOORS)) {
    it(`S25: hold ${name} at ${floor} or newer, in every copy`, () => {
      const copies = copiesOf(name);
      expect(copies).to.not.deep.equal([]);
      expect(copies.filter((version) => !isAtLeast(version, floor))).to.deep.equal([]);
    });
  }

  it('S25: tell an older version from a newer one', () => {
    expect(isAtLeast('8.20.9', '8.21.0')).to.equal(false);
    expect(isAtLeast('8.21.0', '8.21.0')).to.equal(true);
    expect(isAtLeast('10.0.0', '8.21.0')).to.equal(true);
    expect(isAtLeast('0.5.4', '0.5.5')).to.equal(false);
  });

  it('S25: hold no package that was given up with holes in it', () => {
    for (const name of ['http-proxy', 'multer', 'request', 'node-rtsp-stream'])
      expect(copiesOf(name)).to.deep.equal([]);
  });

  it('S25: come all from the registry, each with the hash of what was looked at', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      packages: Record<
        string,
        {
          resolved?: string;
          integrity?: string;
          dev?: boolean;
          optional?: boolean;
          inBundle?: boolean;
          link?: boolean;
        }
      >;
    };
    // npm notes no hash of tools for other platforms than the one the lock file was made on.
    const isForeignTool = ({ dev, optional }: { dev?: boolean; optional?: boolean }): boolean =>
      dev === true && optional === true;
    // The root and the client; npm notes a link to the second.
    const ours = ['', 'shared/client'];
    const foreign = Object.entries(lock.packages).filter(
      ([path, { link, resolved = '' }]) => !ours.includes(link === true ? resolved : path),
    );
    const loose = foreign.filter(
      ([, entry]) => entry.integrity === undefined && entry.inBundle !== true && !isForeignTool(entry),
    );
    expect(loose.map(([path]) => path)).to.deep.equal([]);
    const elsewhere = foreign.filter(
      ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    expect(elsewhere).to.deep.equal([]);
  });

  it('S25: run scripts at their installation only where package.json says so', () => {
    const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> };
    const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
    expect(allowed).to.deep.equal(['node']);
    expect(read('.ci/run'))
      .to.match(/^npm ci\b/m)
      .and.include('install-scripts');
  });

  describe('are audited before every change lands', () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'audit-'));
    });
    after(() => rmSync(folder, { recursive: true }));

    /** Runs the audit of `.ci/run` with an `npm` that answers so. */
    function auditWith(answer: string, code: number): { isPassed: boolean; output: string } {
      const [audit = ''] = /^audit\(\) \{$.*?^\}$/ms.exec(read('.ci/run')) ?? [];
      writeFileSync(join(folder, 'npm'), `#!/bin/sh\necho '${answer}'\nexit ${code}\n`, { mode: 0o755 });
      const { status, stdout } = spawnSync('bash', ['-c', `set -euo pipefail\n${audit}\naudit`], {
        env: { PATH: `${folder}:${process.env.PATH}` },
        encoding: 'utf8',
      });
      return { isPassed: status === 0, output: stdout };
    }

    it('S25: which fails on findings that are high', () => {
      const report = '{"auditReportVersion":2,"vulnerabilities":{"x":{"severity":"high"}}}';
      const { isPassed, output } = auditWith(report, 1);
      expect(isPassed).to.equal(false);
      expect(output).to.include('findings of high severity');
    });

    it('S25: which passes where there are none', () => {
      expect(auditWith('{"auditReportVersion":2,"vulnerabilities":{}}', 0)).to.deep.equal({
        isPassed: true,
        output: 'npm audit: nothing of high severity\n',
      });
    });

    it('S25: which says aloud that it was skipped where the registry does not answer', () => {
      const { isPassed, output } = auditWith('{"message":"405 Method Not Allowed"}', 1);
      expect(isPassed).to.equal(true);
      expect(output).to.include('SKIPPED').and.include('405 Method Not Allowed');
    });

    it('S25: which is called', () => {
      expect(read('.ci/run')).to.match(/^audit$/m);
    });
  });
});
