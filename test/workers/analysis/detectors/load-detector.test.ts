import { expect } from 'chai';
import { loadConfig } from '../../../../workers/analysis/config.ts';
import { DetectorSet } from '../../../../workers/analysis/detectors/detector-set.ts';
import { createDetectorLoader } from '../../../../workers/analysis/detectors/load-detector.ts';
import { requireOpenCv } from '../../../support/portrait.ts';
import { silentLog } from '../../../support/serve.ts';

/** The detectors of a worker with this environment, loaded. */
async function load(env: Record<string, string>): Promise<DetectorSet> {
  const { personModel, faceModel } = loadConfig({ WORKER_PORT: '0', ...env });
  const set = new DetectorSet({
    models: { person: personModel, face: faceModel },
    load: createDetectorLoader(),
    onChange: () => {},
    log: silentLog,
  });
  await set.load();
  return set;
}

describe('What PERSON_MODEL and FACE_MODEL stand for', function () {
  before(() => requireOpenCv(this.ctx));

  it('is what is built in when they are not set', async () => {
    const set = await load({});
    expect(set.health()).to.deep.equal({
      person: { state: 'ready', model: 'OpenCV HOG', hardware: 'cpu' },
      face: { state: 'ready', model: 'OpenCV cascade', hardware: 'cpu' },
    });
    expect(set.ready.get('face')?.kind).to.equal('face');
  });

  it('is off where configured, as health reports', async () => {
    const set = await load({ PERSON_MODEL: 'off', FACE_MODEL: 'off' });
    expect(set.health()).to.deep.equal({
      person: { state: 'off', reason: 'PERSON_MODEL is off' },
      face: { state: 'off', reason: 'FACE_MODEL is off' },
    });
    expect(set.ready.size).to.equal(0);
  });

  it('is one named and the other built in where one is named', async () => {
    const { person, face } = (await load({ PERSON_MODEL: '/nowhere/persons.onnx' })).health();
    expect(person.state).to.equal('off');
    expect(JSON.stringify(person)).to.contain('/nowhere/persons');
    expect(face.state).to.equal('ready');
  });
});
