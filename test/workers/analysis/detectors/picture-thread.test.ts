import { expect } from 'chai';
import { PictureThread } from '../../../../workers/analysis/detectors/opencv/picture-thread.ts';
import { requireOpenCv } from '../../../support/portrait.ts';

const PICTURE = { width: 160, height: 120, pixels: new Uint8Array(160 * 120 * 3) };

describe('The thread of the built-in detectors', function () {
  before(() => requireOpenCv(this.ctx));

  it('handles simultaneous pictures of both kinds in turn, and starts again after an idle time', async () => {
    const thread = new PictureThread();
    const ask = (kind: 'person' | 'face') => thread.ask({ kind, picture: PICTURE });
    const answers = await Promise.all([ask('person'), ask('face'), ask('person')]);
    await thread.stop();
    answers.push(await ask('face'));
    await thread.stop();
    expect(answers).to.deep.equal([[], [], [], []]);
  });

  it('reports its end, and ends nothing else', async () => {
    const thread = new PictureThread(new URL('../support/failing-thread.ts', import.meta.url));
    for (const attempt of [1, 2]) {
      const asked = thread.ask({ kind: 'person', picture: PICTURE });
      const reason = await asked.catch((error: Error) => error.message);
      expect(reason, `attempt ${attempt}`).to.equal('this thread does nothing but fail');
    }
  });
});
