/**
 * Converts decoded pictures to what JPEG requires: 4:2:0, full range,
 * BT.601 matrix (ITU-T T.871), at the size wanted. FFmpeg's `colorspace` filter
 * does range and matrix in one pass, in a third of swscale's time for the range alone.
 */
import {
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_FCC,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_SMPTE240M,
  type AVColorSpace,
} from 'node-av/constants';
import { Frame } from 'node-av/lib';
import { describeFrame, FilterChain } from './filter-chain.ts';
import type { PicturePart, PictureSize } from './picture-size.ts';

/** Names of the `colorspace` filter for the matrices of H.264 annex E. */
const MATRIX_NAMES = new Map<AVColorSpace, string>([
  [AVCOL_SPC_BT709, 'bt709'],
  [AVCOL_SPC_FCC, 'fcc'],
  [AVCOL_SPC_BT470BG, 'bt470bg'],
  [AVCOL_SPC_SMPTE170M, 'smpte170m'],
  [AVCOL_SPC_SMPTE240M, 'smpte240m'],
  [AVCOL_SPC_BT2020_NCL, 'bt2020nc'],
]);

/** Converts pictures of one kind; build a new one when {@link PictureConverter.fits} says no. */
export class PictureConverter implements Disposable {
  readonly #input: string;
  readonly #filters: FilterChain | undefined;

  /** @param part what is kept of the picture before it is scaled @throws Error when FFmpeg refuses the conversion */
  constructor(example: Frame, size: PictureSize, part?: PicturePart) {
    this.#input = describeFrame(example);
    const chain = chainFor(example, size, part);
    if (chain !== '') this.#filters = new FilterChain(example, chain);
  }

  /** Whether a picture is of the kind this converter was built for. */
  fits(frame: Frame): boolean {
    return describeFrame(frame) === this.#input;
  }

  /** Converts one picture. @returns a new frame that the caller frees; the input stays the caller's */
  async convert(frame: Frame): Promise<Frame> {
    if (this.#filters !== undefined) return this.#filters.filter(frame);
    const output = new Frame();
    output.alloc();
    output.ref(frame);
    return output;
  }

  [Symbol.dispose](): void {
    this.#filters?.[Symbol.dispose]();
  }
}

/** The filters a picture needs; empty for none. */
function chainFor(frame: Frame, { width, height }: PictureSize, part: PicturePart | undefined): string {
  const isFull = frame.colorRange === AVCOL_RANGE_JPEG;
  const isJpegMatrix = frame.colorSpace === AVCOL_SPC_BT470BG || frame.colorSpace === AVCOL_SPC_SMPTE170M;
  const source = part ?? frame;
  const crop = part === undefined ? [] : [`crop=${part.width}:${part.height}:${part.left}:${part.top}`];
  const isOwnSize = source.width === width && source.height === height;
  const resize = [...crop, ...(isOwnSize ? [] : [`scale=${width}:${height}:flags=bilinear`])];
  if (isFull && isJpegMatrix && frame.format === AV_PIX_FMT_YUV420P) return resize.join();
  const matrix = MATRIX_NAMES.get(frame.colorSpace) ?? 'smpte170m';
  const colours = [
    `ispace=${matrix}:irange=${isFull ? 'pc' : 'tv'}`,
    'space=bt470bg:range=pc:format=yuv420p',
    // Equal primaries and transfer on both sides leave a plain matrix step.
    'iprimaries=bt709:primaries=bt709:itrc=bt709:trc=bt709',
  ].join(':');
  return [...resize, `colorspace=${colours}`].join();
}
