import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { grantedMemory } from '#shared/control-group.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MIB = 1024 * 1024;

describe('grantedMemory', () => {
  /** What the kernel would tell. */
  function machine(groups: string, files: Record<string, string | number>) {
    const folder = temporaryFolder();
    const root = join(folder, 'cgroup');
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), `${content}\n`);
    }
    writeFileSync(join(folder, 'groups'), groups);
    return { groups: join(folder, 'groups'), root };
  }

  const V2 = '0::/system.slice/gateway.service\n';
  const V1 = '9:name=systemd:/x\n4:memory:/docker/1\n3:cpu,cpuacct:/docker/1\n';

  it('reads the limit of version 2', () => {
    const files = machine(V2, { 'system.slice/gateway.service/memory.max': 512 * MIB });
    expect(grantedMemory(files)).to.equal(512 * MIB);
  });

  it('takes the lowest limit of all groups around', () => {
    const files = machine(V2, {
      'system.slice/gateway.service/memory.max': 'max',
      'system.slice/memory.max': 768 * MIB,
      'memory.max': 1024 * MIB,
    });
    expect(grantedMemory(files)).to.equal(768 * MIB);
  });

  it('counts memory.high, above which the kernel slows a process down', () => {
    const files = machine(V2, {
      'system.slice/gateway.service/memory.max': 512 * MIB,
      'system.slice/gateway.service/memory.high': 400 * MIB,
    });
    expect(grantedMemory(files)).to.equal(400 * MIB);
  });

  it('reads the limit of version 1', () => {
    const files = machine(V1, {
      'memory/docker/1/memory.limit_in_bytes': 256 * MIB,
      'memory/memory.limit_in_bytes': '9223372036854771712',
    });
    expect(grantedMemory(files)).to.equal(256 * MIB);
  });

  it('reads the root of a container whose path is that of the host', () => {
    const files = machine(V1, { 'memory/memory.limit_in_bytes': 300 * MIB });
    expect(grantedMemory(files)).to.equal(300 * MIB);
  });

  it('finds no limit where there is none, nor without control groups', () => {
    const files = machine(V1, { 'memory/docker/1/memory.limit_in_bytes': '9223372036854771712' });
    expect(grantedMemory(files)).to.equal(undefined);
    expect(grantedMemory({ groups: '/nowhere', root: '/nowhere' })).to.equal(undefined);
  });
});
