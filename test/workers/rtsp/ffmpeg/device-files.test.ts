import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { HardwareDecoderName } from '#shared/decoder-settings.ts';
import { expectDevice } from '../../../../workers/rtsp/ffmpeg/device-files.ts';
import { Ffmpeg } from '../../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import { silentLog } from '../../../support/serve.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('Device files of hardware decoders', () => {
  /** @param files of a machine below `/dev` @returns why there is no such device */
  async function lookFor(name: HardwareDecoderName, files: string[], platform: NodeJS.Platform = 'linux') {
    const root = temporaryFolder();
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), '');
    }
    return expectDevice(name, platform, root).catch(({ message }: Error) => message);
  }

  it('are looked for on Linux, and named where they are missing', async () => {
    expect(await lookFor('vaapi', ['dri/card0', 'video0'])).to.equal('there is no /dev/dri/renderD*');
    expect(await lookFor('cuda', ['dri/renderD128'])).to.equal('there is no /dev/nvidia*');
    expect(await lookFor('v4l2', [])).to.equal('there is no /dev/video*');
    expect(await lookFor('vaapi', ['dri/renderD128'])).to.equal(undefined);
    expect(await lookFor('cuda', ['nvidia0'])).to.equal(undefined);
    expect(await lookFor('cuda', ['dxg'])).to.equal(undefined);
    expect(await lookFor('v4l2', ['video10'])).to.equal(undefined);
  });

  it('are not looked for where devices have none', async () => {
    expect(await lookFor('videotoolbox', [], 'darwin')).to.equal(undefined);
    expect(await lookFor('cuda', [], 'win32')).to.equal(undefined);
  });

  it('do not help on another system', async () => {
    expect(await lookFor('videotoolbox', [])).to.equal('exists only on macOS');
    expect(await lookFor('vaapi', ['dri/renderD128'], 'darwin')).to.equal('exists only on Linux');
    expect(await lookFor('cuda', ['nvidia0'], 'darwin')).to.equal('exists only on Linux and Windows');
  });

  it('are looked for when the first picture is decoded: software goes on, and the reason is told', async () => {
    const wanted = process.platform === 'darwin' ? 'vaapi' : 'videotoolbox';
    const { hardware } = new Ffmpeg({ maxPixels: 100_000, decoder: wanted, log: silentLog });
    expect(hardware.choice()).to.deep.equal({ wanted, used: null, failed: [] });
    expect(await hardware.find('h264')).to.equal(undefined);
    const { used, failed } = hardware.choice();
    expect([used, failed[0]?.decoder, failed[0]?.reason.slice(0, 14)]).to.deep.equal([
      'software',
      wanted,
      'exists only on',
    ]);
  });
});
