import { expect } from 'chai';
import type { DecoderName, HardwareDecoderName } from '#shared/decoder-settings.ts';
import { HardwareDecoding } from '../../../../workers/rtsp/ffmpeg/hardware-decoding.ts';
import { silentLog } from '../../../support/serve.ts';

describe('HardwareDecoding', () => {
  let opened: HardwareDecoderName[];

  /** @param working devices that this machine has */
  function decoding(wanted: DecoderName, working: readonly HardwareDecoderName[] = [], platform = 'linux') {
    opened = [];
    return new HardwareDecoding({
      wanted,
      log: silentLog,
      platform: platform as NodeJS.Platform,
      openDevice: async (name) => {
        opened.push(name);
        if (!working.includes(name)) throw new Error('no such device');
        return {};
      },
    });
  }

  it('tries nothing where software is wanted', async () => {
    const software = decoding('software', ['vaapi']);
    expect(software.choice()).to.deep.equal({ wanted: 'software', used: null, failed: [] });
    expect(await software.find('h264')).to.equal(undefined);
    expect(opened).to.deep.equal([]);
    expect(software.choice().used).to.equal('software');
  });

  it('takes the first that works, says which failed, and opens each once', async () => {
    const auto = decoding('auto', ['cuda', 'v4l2']);
    expect(await auto.find('h264')).not.to.equal(undefined);
    expect(await auto.find('hevc')).not.to.equal(undefined);
    expect(opened).to.deep.equal(['vaapi', 'cuda']);
    const failed = [{ decoder: 'vaapi', reason: 'no such device' }];
    expect(auto.choice()).to.deep.equal({ wanted: 'auto', used: 'cuda', failed });
  });

  it('uses software where none works, and tries none again', async () => {
    const auto = decoding('auto');
    expect([await auto.find('h264'), await auto.find('h264')]).to.deep.equal([undefined, undefined]);
    expect(opened).to.deep.equal(['vaapi', 'cuda', 'v4l2']);
    expect(auto.choice().used).to.equal('software');
  });

  it('tries a named one alone', async () => {
    const named = decoding('cuda', ['vaapi']);
    expect(await named.find('h264')).to.equal(undefined);
    expect(opened).to.deep.equal(['cuda']);
  });

  it('gives one up at its first failure', async () => {
    const auto = decoding('auto', ['vaapi']);
    (await auto.find('h264'))?.fail('a picture cannot be copied');
    expect(auto.choice()).to.deep.include({
      used: 'software',
      failed: [{ decoder: 'vaapi', reason: 'a picture cannot be copied' }],
    });
    expect(await auto.find('h264')).to.equal(undefined);
  });

  it('leaves JPEGs to software', async () => {
    expect(await decoding('auto', ['vaapi']).find('mjpeg')).to.equal(undefined);
    expect(opened).to.deep.equal([]);
  });

  it('tries VideoToolbox on macOS', async () => {
    expect(await decoding('auto', ['videotoolbox'], 'darwin').find('h264')).not.to.equal(undefined);
  });
});
