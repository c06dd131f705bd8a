import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DetectorSet } from '../../../../workers/analysis/detectors/detector-set.ts';
import { loadOnnxDetector } from '../../../../workers/analysis/detectors/onnx-detector.ts';
import { silentLog } from '../../../support/serve.ts';
import { tinyModel } from '../support/tiny-model.ts';

const SIDE = 64;
const DESCRIPTION = {
  input: { width: SIDE, height: SIDE },
  output: { decoder: 'rows' },
  labels: ['person', 'dog'],
  wanted: ['person'],
  minScore: 0.5,
};
/** Left, top, right, bottom, score, label. */
const ROWS = [
  [8, 4, 24, 28, 0.9, 0],
  [9, 4, 25, 28, 0.7, 0],
  [40, 4, 60, 28, 0.8, 1],
  [40, 4, 60, 28, 0.3, 0],
];

describe('An ONNX detector', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-model-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Writes a model and what describes it. @returns its path */
  function write(description: unknown, model = tinyModel(ROWS, SIDE)): string {
    const path = join(folder, 'persons.onnx');
    writeFileSync(path, model);
    const text = typeof description === 'string' ? description : JSON.stringify(description);
    if (description !== undefined) writeFileSync(join(folder, 'persons.json'), text);
    return path;
  }

  const wide = { width: 128, height: 64, pixels: new Uint8Array(128 * 64 * 3) };
  const reasonOf = (path: string) =>
    loadOnnxDetector('person', path).then(
      () => 'it loaded',
      (error: Error) => error.message.replaceAll(folder, ''),
    );

  it('finds what is wanted, once, best first, in shares of the picture', async () => {
    const detector = await loadOnnxDetector('person', write(DESCRIPTION));
    const findings = await detector.detect(wide);
    expect(findings).to.have.length(1);
    expect(findings[0]?.label).to.equal('person');
    expect(findings[0]?.score).to.be.closeTo(0.9, 1e-6);
    // The picture is twice as wide as high: it takes the upper half of the input.
    expect(findings[0]?.box).to.deep.equal([8 / 64, 4 / 32, 16 / 64, 24 / 32]);
  });

  it('takes a lowest score from outside', async () => {
    const detector = await loadOnnxDetector('person', write(DESCRIPTION));
    expect(await detector.detect(wide, 0.95)).to.have.length(0);
    expect(await detector.detect(wide, 0.2)).to.have.length(2);
  });

  it('reports on what it runs', async () => {
    const { health } = await loadOnnxDetector('person', write(DESCRIPTION));
    expect(health).to.include({ state: 'ready', model: 'persons.onnx' });
    expect(health.hardware).to.be.oneOf(['cpu', 'cuda']);
  });

  const yolo = { ...DESCRIPTION, output: { decoder: 'yolo' } };
  for (const [what, description, reason] of [
    ['without a description', undefined, /^\/persons\.json, the description of the model, cannot be read$/],
    ['with a description that is no JSON', '{', /^\/persons\.json is not valid JSON$/],
    ['with a description that lacks something', { ...DESCRIPTION, labels: [] }, /^\/persons\.json: labels: /],
    ['that wants an unknown label', { ...DESCRIPTION, wanted: ['cat'] }, /^\/persons\.json: wanted: /],
    ['whose output is another one', yolo, /does not fit its description: The model has/],
    [
      'whose input is another one',
      { ...DESCRIPTION, input: { width: 32, height: 32 } },
      /does not fit its description/,
    ],
  ] as const) {
    it(`refuses a model ${what}, with the reason`, async () => {
      expect(await reasonOf(write(description))).to.match(reason);
    });
  }

  it('refuses what is no model, and what is not there', async () => {
    expect(await reasonOf(write(DESCRIPTION, Buffer.from('no model')))).to.match(
      /^\/persons\.onnx cannot be loaded/,
    );
    const gone = write(DESCRIPTION);
    rmSync(gone);
    expect(await reasonOf(gone)).to.match(/^\/persons\.onnx cannot be loaded/);
  });

  it('is off with a reason, alone, when it cannot be loaded', async () => {
    const set = new DetectorSet({
      models: { person: write(DESCRIPTION), face: join(folder, 'none.onnx') },
      load: loadOnnxDetector,
      onChange: () => {},
      log: silentLog,
    });
    expect(set.health().face).to.deep.equal({ state: 'loading' });
    await set.load();
    expect([...set.ready.keys()]).to.deep.equal(['person']);
    expect(set.health().person.state).to.equal('ready');
    expect(set.health().face).to.include({ state: 'off' });
    expect(set.health().face.reason).to.include('none.json');
  });
});
