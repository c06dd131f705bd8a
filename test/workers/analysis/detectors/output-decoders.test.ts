import { expect } from 'chai';
import { parseDescription } from '../../../../workers/analysis/detectors/model-description.ts';
import { decodeOutputs, type Outputs } from '../../../../workers/analysis/detectors/output-decoders.ts';
import { toTensor } from '../../../../workers/analysis/detectors/picture-tensor.ts';

const descriptionOf = (output: object, labels = ['a', 'b'], input = {}) =>
  parseDescription(
    JSON.stringify({ input: { width: 64, height: 32, ...input }, output, labels }),
    'model.json',
  );

const tensor = (dims: number[], data: number[]): Outputs => ({
  out: { dims, data: Float32Array.from(data) },
});

describe('The outputs of models', () => {
  const box = { left: 10, top: 5, width: 20, height: 10, label: 1 };

  it('of YOLOv8 are read attribute by attribute', () => {
    const outputs = tensor([1, 6, 2], [20, 0, 10, 0, 20, 0, 10, 0, 0.125, 0, 0.75, 0.25]);
    const found = decodeOutputs(outputs, descriptionOf({ decoder: 'yolo' }), 0.5);
    expect(found).to.deep.equal([{ ...box, score: 0.75 }]);
  });

  it('of YOLOv5 are read box by box, the score of any thing at all counted in', () => {
    const outputs = tensor([1, 1, 7], [20, 10, 20, 10, 0.5, 0.25, 0.75]);
    const description = descriptionOf({ decoder: 'yolo', order: 'boxes', hasObjectness: true });
    expect(decodeOutputs(outputs, description, 0.25)).to.deep.equal([{ ...box, score: 0.375 }]);
    expect(decodeOutputs(outputs, description, 0.5)).to.deep.equal([]);
  });

  it('in rows are read in pixels or in shares', () => {
    const pixels = tensor([1, 1, 6], [10, 5, 30, 15, 0.5, 1]);
    expect(decodeOutputs(pixels, descriptionOf({ decoder: 'rows' }), 0.5)).to.deep.equal([
      { ...box, score: 0.5 },
    ]);
    const shares = tensor([1, 1, 6], [0.25, 0.25, 0.75, 0.5, 0.5, 1]);
    const description = descriptionOf({ decoder: 'rows', unit: 'shares' });
    expect(decodeOutputs(shares, description, 0.5)[0]).to.include({ left: 16, top: 8, width: 32, height: 8 });
  });

  it('of CenterFace are read from its maps', () => {
    const plane = (at: number, value: number) =>
      Array.from({ length: 8 }, (_, index) => (index === at ? value : 0));
    const outputs: Outputs = {
      heat: { dims: [1, 1, 2, 4], data: Float32Array.from(plane(5, 0.75)) },
      size: {
        dims: [1, 2, 2, 4],
        data: Float32Array.from([...plane(5, Math.log(4)), ...plane(5, Math.log(2))]),
      },
      shift: { dims: [1, 2, 2, 4], data: new Float32Array(16) },
    };
    const description = descriptionOf(
      { decoder: 'centerface', heatmap: 'heat', scale: 'size', offset: 'shift' },
      ['face'],
    );
    const [face] = decodeOutputs(outputs, description, 0.5);
    expect(face?.width).to.be.closeTo(8, 1e-5);
    expect(face?.height).to.be.closeTo(16, 1e-5);
    expect(face?.left).to.be.closeTo(6 - 4, 1e-5);
    expect(face?.top).to.be.closeTo(6 - 8, 1e-5);
  });
});

describe('The inputs of models', () => {
  const red = { width: 2, height: 1, pixels: Uint8Array.from([255, 0, 0, 255, 0, 0]) };
  const { input } = descriptionOf({ decoder: 'rows' }, ['a'], { width: 16, height: 16, padding: 0 });

  it('are the picture in the upper left, then the padding, channel by channel', () => {
    const { data, dims, used } = toTensor(red, input);
    expect(dims).to.deep.equal([1, 3, 16, 16]);
    expect(used).to.deep.equal({ width: 16, height: 8 });
    expect([data[0], data[16 * 8 - 1], data[16 * 8], data[256]]).to.deep.equal([1, 1, 0, 0]);
  });

  it('may be pixel by pixel, blue first, with a mean and a scale', () => {
    const { data, dims } = toTensor(red, {
      ...input,
      layout: 'NHWC',
      colour: 'bgr',
      mean: [0, 0, 155],
      scale: [1, 1, 2],
    });
    expect(dims).to.deep.equal([1, 16, 16, 3]);
    expect([...data.subarray(0, 3)]).to.deep.equal([0, 0, 200]);
  });
});
