/** Decodes model outputs, one function per decoder. */
import type { ModelDescription } from './model-description.ts';

/** One tensor of a model's output. */
export interface OutputTensor {
  data: Float32Array;
  dims: readonly number[];
}

/** A box in input pixels. */
export interface RawBox {
  left: number;
  top: number;
  width: number;
  height: number;
  score: number;
  /** Number of its label. */
  label: number;
}

/** Outputs of a model by name. */
export type Outputs = Readonly<Record<string, OutputTensor>>;

/** CenterFace's maps are this much smaller than the input. */
const STRIDE = 4;

/** Boxes with at least `minScore`, unordered. @throws Error if the output is not as described */
export function decodeOutputs(outputs: Outputs, description: ModelDescription, minScore: number): RawBox[] {
  const { output, input, labels } = description;
  if (output.decoder === 'centerface') return decodeCenterface(outputs, output, minScore);
  const tensor = Object.values(outputs)[0];
  if (tensor === undefined || tensor.dims.length !== 3)
    throw new Error('The output of the model is not one tensor of three dimensions');
  if (output.decoder === 'rows')
    return decodeRows(tensor, output.unit === 'shares' ? input : undefined, minScore);
  return decodeYolo(tensor, output, labels.length, minScore);
}

function decodeYolo(
  { data, dims }: OutputTensor,
  { order, hasObjectness }: { order: 'attributes' | 'boxes'; hasObjectness: boolean },
  labels: number,
  minScore: number,
): RawBox[] {
  const isByBox = order === 'boxes';
  const [count, attributes] = (isByBox ? [dims[1], dims[2]] : [dims[2], dims[1]]) as [number, number];
  const first = hasObjectness ? 5 : 4;
  if (attributes !== first + labels) {
    throw new Error(
      `The model has ${attributes} numbers a box, the description's labels make ${first + labels}`,
    );
  }
  const read = (box: number, attribute: number): number =>
    data[isByBox ? box * attributes + attribute : attribute * count + box] as number;
  const boxes: RawBox[] = [];
  for (let box = 0; box < count; box += 1) {
    let label = 0;
    for (let other = 1; other < labels; other += 1)
      if (read(box, first + other) > read(box, first + label)) label = other;
    const score = read(box, first + label) * (hasObjectness ? read(box, 4) : 1);
    if (score < minScore) continue;
    const [width, height] = [read(box, 2), read(box, 3)];
    boxes.push({
      left: read(box, 0) - width / 2,
      top: read(box, 1) - height / 2,
      width,
      height,
      score,
      label,
    });
  }
  return boxes;
}

function decodeRows(
  { data, dims }: OutputTensor,
  unit: { width: number; height: number } | undefined,
  minScore: number,
): RawBox[] {
  const [count, attributes] = [dims[1] as number, dims[2] as number];
  if (attributes !== 6) throw new Error(`The model has ${attributes} numbers a row where 6 are described`);
  const [wide, high] = unit === undefined ? [1, 1] : [unit.width, unit.height];
  const boxes: RawBox[] = [];
  for (let row = 0; row < count; row += 1) {
    const values = data.subarray(row * attributes, (row + 1) * attributes);
    const [left, top, right, bottom, score, label] = values as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    if (score < minScore) continue;
    boxes.push({
      left: left * wide,
      top: top * high,
      width: (right - left) * wide,
      height: (bottom - top) * high,
      score,
      label: Math.round(label),
    });
  }
  return boxes;
}

function decodeCenterface(
  outputs: Outputs,
  names: { heatmap: string; scale: string; offset: string },
  minScore: number,
): RawBox[] {
  const [heatmap, scale, offset] = [outputs[names.heatmap], outputs[names.scale], outputs[names.offset]];
  if (heatmap === undefined || scale === undefined || offset === undefined) {
    throw new Error(`The model has the outputs ${Object.keys(outputs).join(', ')}, not those described`);
  }
  const [rows, columns] = heatmap.dims.slice(-2) as [number, number];
  const plane = rows * columns;
  const boxes: RawBox[] = [];
  for (let at = 0; at < plane; at += 1) {
    const score = heatmap.data[at] as number;
    if (score < minScore) continue;
    const height = Math.exp(scale.data[at] as number) * STRIDE;
    const width = Math.exp(scale.data[plane + at] as number) * STRIDE;
    const middleY = (Math.floor(at / columns) + (offset.data[at] as number) + 0.5) * STRIDE;
    const middleX = ((at % columns) + (offset.data[plane + at] as number) + 0.5) * STRIDE;
    boxes.push({ left: middleX - width / 2, top: middleY - height / 2, width, height, score, label: 0 });
  }
  return boxes;
}
