import { expect } from 'chai';
import { Redactor } from '#shared/redact.ts';
import { CameraDirectory } from '../../../gateway/cameras/camera-directory.ts';
import { Demo } from '../../../gateway/cameras/demo.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { asRtsp, cameraSource } from '../../support/camera-source.ts';
import { thrown } from '../../support/errors.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('Demo', () => {
  let pool: FakePool;
  let directory: CameraDirectory;
  let demo: Demo;

  beforeEach(() => {
    pool = new FakePool(['rtsp-0'], { optional: ['simulator'] });
    directory = new CameraDirectory(10, new Redactor());
    demo = new Demo({
      ...{ directory, pool, worker: 'simulator', isAnalysed: false, log: silentLog },
      isAnalysed: true,
      analysisDelayMs: 0,
      retireDelayMs: 0,
    });
    demo.start();
  });

  afterEach(() => demo.close());

  const simulate = (rtspPort: number) =>
    pool.bringUp('simulator', { origin: 'http://127.0.0.1:8553', token: 't', details: { rtspPort } });
  const add = (id: string) =>
    directory.put({ id, name: id, location: '', source: cameraSource(), origin: 'connected' });
  const ports = () =>
    directory.list().map(({ id, source }) => `${id} ${asRtsp(source)?.port}${asRtsp(source)?.path}`);

  it('wants four named cameras as soon as the simulator serves them, wherever it does', () => {
    pool.bringUp('rtsp-0', { origin: 'http://127.0.0.1:8082', token: 't' });
    expect(directory.list()).to.deep.equal([]);
    simulate(8555);
    expect(ports()).to.deep.equal(['1 8555/1', '2 8555/2', '3 8555/3', '4 8555/4']);
    expect(directory.get('4').name).to.equal('Side Entrance Camera');
  });

  it('begins when it is started after the simulator, unless it is closed already', () => {
    directory = new CameraDirectory(10, new Redactor());
    simulate(8555);
    const closed = new Demo({ directory, pool, worker: 'simulator', isAnalysed: false, log: silentLog });
    closed.close();
    closed.start();
    expect(directory.list()).to.deep.equal([]);
    new Demo({ directory, pool, worker: 'simulator', isAnalysed: false, log: silentLog }).start();
    expect(ports()).to.deep.equal(['1 8555/1', '2 8555/2', '3 8555/3', '4 8555/4']);
  });

  it('follows the simulator to another port, without the cameras that were disconnected', () => {
    simulate(8555);
    directory.remove('2');
    simulate(8556);
    expect(ports()).to.deep.equal(['1 8556/1', '3 8556/3', '4 8556/4']);
  });

  for (const [what, id] of [
    ['a camera of another id is added', 'mine'],
    ['one of its own is replaced', '1'],
  ] as const) {
    it(`ends for good when ${what}`, async () => {
      simulate(8555);
      add(id);
      expect(directory.list().map((camera) => camera.id)).to.deep.equal([id]);
      expect(pool.retired, 'workers leave its cameras first').to.deep.equal([]);
      await waitFor(() => pool.retired.length > 0);
      expect(pool.retired).to.deep.equal(['simulator']);
      simulate(8555);
      expect(directory.list().map((camera) => camera.id)).to.deep.equal([id]);
    });
  }

  it('does not begin when a camera was added before the simulator was ready', () => {
    add('mine');
    simulate(8555);
    expect(directory.list().map(({ id }) => id)).to.deep.equal(['mine']);
  });

  it('looks for motion and persons where persons walk', async () => {
    simulate(8555);
    const analysed = () => directory.list().filter(({ analysis }) => analysis.motion && analysis.persons);
    await waitFor(() => analysed().length > 0);
    expect(analysed().map(({ id }) => id)).to.deep.equal(['1', '4']);
    directory.adjust('1', { analysis: { motion: false, persons: false, faces: false } });
    simulate(8556);
    expect(analysed().map(({ id }) => id)).to.deep.equal(['4']);
  });

  it('is shown again once the last camera of the user is gone', () => {
    simulate(8555);
    add('mine');
    expect(thrown(() => demo.showAgain())).to.include({ code: 'camera-exists', status: 409 });
    directory.remove('mine');
    demo.showAgain();
    expect([pool.retired, pool.started]).to.deep.equal([['simulator'], ['simulator']]);
    simulate(8557);
    expect(ports()[0]).to.equal('1 8557/1');
  });
});
