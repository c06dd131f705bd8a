/** Writes a minimal ONNX model: the same rows for every input (onnx.proto3, IR version 8). */

/** A model with one float input [1, 3, side, side] and one output [1, rows, 6]. */
export function tinyModel(rows: readonly (readonly number[])[], side: number): Buffer {
  const values = Float32Array.from(rows.flat());
  const tensor = message(
    ...[1, rows.length, 6].map((dim) => integer(1, dim)),
    integer(2, 1),
    text(8, 'rows'),
    bytes(9, Buffer.from(values.buffer)),
  );
  const node = message(text(1, 'rows'), text(2, 'found'), text(4, 'Identity'));
  const graph = message(
    bytes(1, node),
    text(2, 'tiny'),
    bytes(5, tensor),
    bytes(11, valueInfo('picture', [1, 3, side, side])),
    bytes(12, valueInfo('found', [1, rows.length, 6])),
  );
  return message(integer(1, 8), bytes(7, graph), bytes(8, message(text(1, ''), integer(2, 17))));
}

function valueInfo(name: string, dims: readonly number[]): Buffer {
  const shape = message(...dims.map((dim) => bytes(1, message(integer(1, dim)))));
  const type = message(bytes(1, message(integer(1, 1), bytes(2, shape))));
  return message(text(1, name), bytes(2, type));
}

function message(...fields: Buffer[]): Buffer {
  return Buffer.concat(fields);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

/** Protocol Buffers, "Base 128 Varints". */
function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) out.push((rest & 127) | 128);
  return Buffer.from([...out, rest]);
}
