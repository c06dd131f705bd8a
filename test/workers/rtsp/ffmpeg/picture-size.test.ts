import { expect } from 'chai';
import { pictureSize } from '../../../../workers/rtsp/ffmpeg/picture-size.ts';

describe('pictureSize', () => {
  for (const [name, source, width, expected] of [
    ['serves a picture as it is', [1280, 720], undefined, [1280, 720]],
    ['fits a larger one into 1920x1080', [3840, 2160], undefined, [1920, 1080]],
    ['fits a tall one by its height', [2160, 3840], undefined, [608, 1080]],
    ['gives more than that when asked', [3840, 2160], 2560, [2560, 1440]],
    ['never enlarges', [640, 480], 1920, [640, 480]],
    ['keeps both sides even', [1280, 718], 333, [334, 186]],
  ] as const) {
    it(name, () => {
      const [sourceWidth, sourceHeight] = source;
      const size = pictureSize({ width: sourceWidth, height: sourceHeight }, width);
      expect([size.width, size.height]).to.deep.equal(expected);
    });
  }
});
