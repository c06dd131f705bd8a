import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PROBE_LIMITS, probeInProcess } from '../../../../workers/rtsp/probe/probe-process.ts';
import { cmovBomb } from '../../../support/cmov-bomb.ts';
import { rejection } from '../../../support/errors.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { makeVideoFile } from '../../../support/video-file.ts';

describe('probeInProcess', () => {
  let folder: string;
  let video: string;

  before(async () => {
    folder = temporaryFolder();
    video = join(folder, 'video.mp4');
    await makeVideoFile(video, { frames: 10 });
  });

  it('tells what a video holds', async () => {
    expect(await probeInProcess(video)).to.include({ codec: 'h264', durationMs: 400 });
  });

  it('refuses what is no video', async () => {
    const text = join(folder, 'notes.mp4');
    writeFileSync(text, 'no video at all');
    expect(await rejection(probeInProcess(text))).to.include({ code: 'not-a-video' });
  });

  it('refuses a small file that unfolds to more memory than it may take', async () => {
    const bomb = join(folder, 'bomb.mp4');
    writeFileSync(bomb, await cmovBomb(700));
    expect(await rejection(probeInProcess(bomb))).to.include({
      code: 'not-a-video',
      message: 'The file takes too much memory to read',
    });
  });

  it('ends a probe that takes too long', async () => {
    const error = await rejection(probeInProcess(video, { ...PROBE_LIMITS, timeMs: 1 }));
    expect(error).to.include({ code: 'not-a-video', message: 'The file takes too long to read' });
  });
});
