/** Converts pictures to model input. */
import type { RgbPicture } from './detector.ts';
import type { ModelDescription } from './model-description.ts';

/** Input tensor, and how to map its pixels back to the picture. */
export interface PictureTensor {
  data: Float32Array | Uint8Array;
  dims: number[];
  /** Input pixels covered by the picture, from the upper left. */
  used: { width: number; height: number };
}

type Input = ModelDescription['input'];

/** Scales a picture into the input, keeping the aspect ratio, and pads the rest. */
export function toTensor(picture: RgbPicture, input: Input): PictureTensor {
  const { width, height, layout, type } = input;
  const scale = Math.min(width / picture.width, height / picture.height);
  const used = {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  };
  const data = type === 'uint8' ? new Uint8Array(width * height * 3) : new Float32Array(width * height * 3);
  for (let channel = 0; channel < 3; channel += 1) fillChannel(data, channel, picture, used, input);
  return { data, dims: layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3], used };
}

function fillChannel(
  data: Float32Array | Uint8Array,
  channel: number,
  picture: RgbPicture,
  used: PictureTensor['used'],
  { width, height, layout, colour, mean, scale, padding }: Input,
): void {
  const from = colour === 'rgb' ? channel : 2 - channel;
  const [subtract, multiply] = [mean[channel] as number, scale[channel] as number];
  const [step, start] = layout === 'NCHW' ? [1, channel * width * height] : [3, channel];
  const columns = Array.from({ length: width }, (_, x) =>
    Math.floor(((x + 0.5) * picture.width) / used.width),
  );
  for (let y = 0, at = start; y < height; y += 1) {
    const row = Math.floor(((y + 0.5) * picture.height) / used.height) * picture.width;
    for (let x = 0; x < width; x += 1, at += step) {
      const isInside = x < used.width && y < used.height;
      const level = isInside
        ? (picture.pixels[(row + (columns[x] as number)) * 3 + from] as number)
        : padding;
      data[at] = (level - subtract) * multiply;
    }
  }
}
