/** Which hardware decoder is used: found by trying, given up at its first failure. */
import type { DecoderChoice, DecoderName, HardwareDecoderName } from '#shared/decoder-settings.ts';
import type { Logger } from '#shared/logger.ts';
import type { VideoCodec } from '#shared/media/packet.ts';
import type { HardwareDevice } from './hardware-device.ts';

/** A device for one decoder. */
export interface HardwareDecoder {
  device: HardwareDevice;
  /** It does not work: decoders opened from now on do without. */
  fail(reason: string): void;
}

export interface HardwareOptions {
  wanted: DecoderName;
  log: Logger;
  /** Opens a device of this machine. @throws Error with the reason where there is none */
  openDevice: (name: HardwareDecoderName) => Promise<HardwareDevice>;
  platform?: NodeJS.Platform;
}

/** What may be there; each is tried in this order. */
const BY_PLATFORM: Partial<Record<NodeJS.Platform, readonly HardwareDecoderName[]>> = {
  linux: ['vaapi', 'cuda', 'v4l2'],
  darwin: ['videotoolbox'],
  win32: ['cuda'],
};

/** The choice of one process. A failure holds for its life: a driver that fails does so again. */
export class HardwareDecoding {
  readonly #options: HardwareOptions;
  readonly #candidates: readonly HardwareDecoderName[];
  readonly #failed = new Map<HardwareDecoderName, string>();
  #device: { name: HardwareDecoderName; device: HardwareDevice } | undefined;
  #used: DecoderChoice['used'] = null;

  constructor(options: HardwareOptions) {
    const { wanted, platform = process.platform } = options;
    this.#options = options;
    if (wanted === 'software') this.#candidates = [];
    else this.#candidates = wanted === 'auto' ? (BY_PLATFORM[platform] ?? []) : [wanted];
  }

  /** A device that may decode this codec; undefined where software does it. JPEGs are not worth a device. */
  async find(codec: VideoCodec): Promise<HardwareDecoder | undefined> {
    if (codec === 'mjpeg') return undefined;
    for (const name of this.#candidates) {
      const device = this.#failed.has(name) ? undefined : await this.#open(name);
      if (device === undefined) continue;
      this.#use(name);
      return { device, fail: (reason) => this.#fail(name, reason) };
    }
    this.#use('software');
    return undefined;
  }

  /** For `GET /health`. */
  choice(): DecoderChoice {
    const failed = [...this.#failed].map(([decoder, reason]) => ({ decoder, reason }));
    return { wanted: this.#options.wanted, used: this.#used, failed };
  }

  async #open(name: HardwareDecoderName): Promise<HardwareDevice | undefined> {
    if (this.#device?.name === name) return this.#device.device;
    try {
      const device = await this.#options.openDevice(name);
      this.#device = { name, device };
      return device;
    } catch (error) {
      this.#fail(name, error instanceof Error ? error.message : 'failed');
      return undefined;
    }
  }

  #fail(decoder: HardwareDecoderName, reason: string): void {
    if (this.#failed.has(decoder)) return;
    this.#failed.set(decoder, reason);
    if (this.#device?.name === decoder) this.#device = undefined;
    // The open ones go on in software, or fail and are opened anew.
    if (this.#used === decoder) this.#used = 'software';
    this.#options.log.warn({ decoder, reason }, 'a hardware decoder does not work: going on without it');
  }

  #use(decoder: DecoderChoice['used']): void {
    if (this.#used === decoder) return;
    this.#used = decoder;
    this.#options.log.info({ decoder }, 'decoder chosen');
  }
}
