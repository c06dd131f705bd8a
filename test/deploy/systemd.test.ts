import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXIT_SECOND_INSTANCE } from '../../gateway/supervisor/single-instance.ts';
import { EXIT_BAD_SETTINGS } from '../../shared/settings.ts';
import { requirePeer } from '../support/peers.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** 0 is safest, 10 is open; systemd calls what is below 2.5 OK. */
const MAX_EXPOSURE = 2.5;
const unit = readFileSync(join(ROOT, 'deploy/systemd/visual-reasoning-gateway.service'), 'utf8');

describe('The systemd unit', () => {
  let file: string;

  before(function () {
    requirePeer(this, 'systemd-analyze');
    file = join(temporaryFolder(), 'visual-reasoning-gateway.service');
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

  it('does not restart what no restart heals', () => {
    expect(unit).to.include(`RestartPreventExitStatus=${EXIT_BAD_SETTINGS} ${EXIT_SECOND_INSTANCE}\n`);
  });
});
