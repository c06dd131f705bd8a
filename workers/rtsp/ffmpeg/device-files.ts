/** Whether this machine can have a hardware decoder: FFmpeg loads a driver to find out, and hardly says why not. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HardwareDecoderName } from '#shared/decoder-settings.ts';

/** Files of devices on Linux, below `/dev`. Windows lends its GPU to Linux as `dxg`. */
const FILES: Readonly<Partial<Record<HardwareDecoderName, { folder: string; name: RegExp; words: string }>>> =
  {
    vaapi: { folder: 'dri', name: /^renderD\d+$/, words: '/dev/dri/renderD*' },
    cuda: { folder: '', name: /^(nvidia\d+|dxg)$/, words: '/dev/nvidia*' },
    v4l2: { folder: '', name: /^video\d+$/, words: '/dev/video*' },
  };
const SYSTEMS: Readonly<Record<HardwareDecoderName, Partial<Record<NodeJS.Platform, string>>>> = {
  vaapi: { linux: 'Linux' },
  cuda: { linux: 'Linux', win32: 'Windows' },
  videotoolbox: { darwin: 'macOS' },
  v4l2: { linux: 'Linux' },
};

/** @param root folder of the device files @throws Error that says why this machine has no such device */
export async function expectDevice(
  name: HardwareDecoderName,
  platform: NodeJS.Platform = process.platform,
  root = '/dev',
): Promise<void> {
  const systems = SYSTEMS[name];
  if (systems[platform] === undefined)
    throw new Error(`exists only on ${Object.values(systems).join(' and ')}`);
  const files = platform === 'linux' ? FILES[name] : undefined;
  if (files === undefined) return;
  const found = await readdir(join(root, files.folder)).catch(() => []);
  if (!found.some((file) => files.name.test(file))) throw new Error(`there is no ${files.words}`);
}
