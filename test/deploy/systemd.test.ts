import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXIT_SECOND_INSTANCE } from '../../gateway/supervisor/single-instance.ts';
import { EXIT_BAD_SETTINGS } from '../../shared/settings.ts';
import { requirePeer } from '../support/peers.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** 0 is safest, 10 is open; systemd calls what is below 2.5 OK. */
const MAX_EXPOSURE = 2.5;

for (const [name, final] of [
  ['visual-reasoning-gateway', [EXIT_BAD_SETTINGS, EXIT_SECOND_INSTANCE]],
  ['visual-reasoning-worker', [EXIT_BAD_SETTINGS]],
] as const) {
  describe(`The systemd unit ${name}`, () => {
    const unit = readFileSync(join(ROOT, `deploy/systemd/${name}.service`), 'utf8');
    let file: string;

    before(function () {
      requirePeer(this, 'systemd-analyze');
      file = join(temporaryFolder(), `${name}.service`);
      writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
    });

    it('is valid', () => {
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
      expect(stderr).to.equal('');
      expect(status).to.equal(0);
    });

    it('is hardened', () => {
      const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=yes', file], {
        encoding: 'utf8',
      });
      expect(Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])).to.be.below(MAX_EXPOSURE);
    });

    it('starts a program that is there', () => {
      const program = /^ExecStart=.* (\S+)$/m.exec(unit)?.[1] as string;
      expect(existsSync(join(ROOT, program))).to.equal(true);
    });

    it('does not restart what no restart heals', () => {
      expect(unit).to.include(`RestartPreventExitStatus=${final.join(' ')}\n`);
    });
  });
}
