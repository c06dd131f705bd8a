import { expect } from 'chai';
import { missingRequirement } from '../../../gateway/host/requirements.ts';

const LINUX = { version: 'v24.21.0', platform: 'linux', arch: 'x64' } as const;

describe('What the gateway needs to start', () => {
  it('is all there where the tests run', () => {
    expect(missingRequirement(process)).to.equal(undefined);
  });

  it('is Node 24 or newer', () => {
    expect(missingRequirement({ ...LINUX, version: 'v22.20.0' })).to.match(
      /Node v22\.20\.0.*Node 24 or newer/,
    );
    expect(missingRequirement({ ...LINUX, version: 'v26.1.0' })).to.equal(undefined);
  });

  it('is FFmpeg for this platform, which --omit=optional leaves out', () => {
    expect(missingRequirement(LINUX, () => false)).to.match(/@seydx\/node-av-linux-x64.*--omit=optional/);
    const asked: string[] = [];
    missingRequirement({ ...LINUX, platform: 'win32' }, (name) => asked.push(name) < 0);
    expect(asked).to.deep.equal(['@seydx/node-av-win32-x64-msvc', '@seydx/node-av-win32-x64-mingw']);
  });
});
