/** Reads boxes of MP4 files (ISO/IEC 14496-12) back, independently of what wrote them. */

/** A box and, where it holds boxes, what is in it. */
export interface ParsedBox {
  type: string;
  /** Without length and type. */
  body: Buffer;
  children: ParsedBox[];
}

const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'dinf', 'stbl', 'mvex', 'moof', 'traf']);

/** The boxes of a buffer, which they must fill to the last byte. @throws Error when they do not */
export function parseBoxes(bytes: Buffer): ParsedBox[] {
  const boxes: ParsedBox[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const length = bytes.readUInt32BE(offset);
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    if (length < 8 || offset + length > bytes.length) throw new Error(`box ${type} of ${length} bytes`);
    const body = bytes.subarray(offset + 8, offset + length);
    boxes.push({ type, body, children: CONTAINERS.has(type) ? parseBoxes(body) : [] });
    offset += length;
  }
  return boxes;
}

/** The first box at a path: `moof/traf/tfdt`. @throws Error when there is none */
export function findBox(boxes: readonly ParsedBox[], path: string): ParsedBox {
  const [type, ...rest] = path.split('/');
  const found = boxes.find((candidate) => candidate.type === type);
  if (found === undefined) throw new Error(`no box ${path}`);
  return rest.length === 0 ? found : findBox(found.children, rest.join('/'));
}
