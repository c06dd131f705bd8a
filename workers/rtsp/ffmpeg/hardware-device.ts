/** Hardware decoders as FFmpeg offers them. */
import {
  AV_HWDEVICE_TYPE_CUDA,
  AV_HWDEVICE_TYPE_VAAPI,
  AV_HWDEVICE_TYPE_VIDEOTOOLBOX,
  type AVHWDeviceType,
  type FFDecoderCodec,
} from 'node-av/constants';
import { Codec, FFmpegError, Frame, HardwareDeviceContext } from 'node-av/lib';
import type { HardwareDecoderName } from '#shared/decoder-settings.ts';
import type { VideoCodec } from '#shared/media/packet.ts';

/** Decodes on a device by FFmpeg's own decoders (`context`), or by decoders of their own (`codec`). */
export interface HardwareDevice {
  context?: HardwareDeviceContext;
  /** @returns null where the device has none */
  codec?: (codec: VideoCodec) => Codec | null;
}

const TYPES: Record<Exclude<HardwareDecoderName, 'v4l2'>, AVHWDeviceType> = {
  vaapi: AV_HWDEVICE_TYPE_VAAPI,
  cuda: AV_HWDEVICE_TYPE_CUDA,
  videotoolbox: AV_HWDEVICE_TYPE_VIDEOTOOLBOX,
};

/** Opens the default device of a kind. @throws Error with FFmpeg's reason */
export async function openDevice(name: HardwareDecoderName): Promise<HardwareDevice> {
  if (name === 'v4l2')
    return { codec: (codec) => Codec.findDecoderByName(`${codec}_v4l2m2m` as FFDecoderCodec) };
  const context = new HardwareDeviceContext();
  const status = context.create(TYPES[name]);
  if (status >= 0) return { context };
  context.free();
  throw new Error(new FFmpegError(status).message);
}

/** Copies a picture from the device to memory. @returns a new frame; the given one is freed @throws Error */
export async function downloadFrame(frame: Frame): Promise<Frame> {
  const copy = new Frame();
  copy.alloc();
  const status = await frame.hwframeTransferData(copy);
  if (status >= 0) copy.copyProps(frame);
  frame.free();
  if (status >= 0) return copy;
  copy.free();
  throw new Error(`a picture cannot be copied from the device: ${new FFmpegError(status).message}`);
}
