/** Answers `POST /api/cameras/probe`: looks for the streams of a camera, plays each of them, and tells as it goes. */
import { type AddressedSource, maskedUrl, requestUrl } from '#shared/camera-source.ts';
import type { FoundStream, ProbeMessage, ProbeTarget } from '#shared/contract/probe.ts';
import type { HttpSource } from '#shared/contract/source/http.ts';
import { AppError } from '#shared/errors.ts';
import { ParameterSets } from '#shared/media/mp4/parameter-sets.ts';
import { describeVideo } from '#shared/media/mp4/video-format.ts';
import { maskPathSecrets, pathSecrets } from '#shared/path-secrets.ts';
import type { CameraDependencies } from '../camera/camera.ts';
import type { AddressGuard } from '../source/resolve.ts';
import { CameraSearch, type SearchPorts, USUAL_PORTS } from './camera-search.ts';
import { Checklist } from './checklist.ts';
import { playPasted } from './pasted-pictures.ts';
import type { DescribedStream } from './stream-finder.ts';
import { type StreamSample, sampleStream } from './stream-sample.ts';

/** How a probe is run. */
export interface ProbeOptions {
  camera: CameraDependencies;
  guard: AddressGuard;
  ports?: SearchPorts;
}

/** One probe. */
export interface ProbeCall {
  target: ProbeTarget;
  tell: (message: ProbeMessage) => void;
  /** Aborts when the client has gone. */
  signal: AbortSignal;
}

/** A camera with all of its streams takes half of it. */
const SEARCH_MS = 25_000;
const SAMPLES_MS = 30_000;
/** Each holds connections and decoders. */
const MAX_PROBES = 4;

/** Runs the probes of a worker. */
export class CameraProbes {
  readonly #options: ProbeOptions;
  #running = 0;

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  /** Tells all messages, and ends. @throws AppError `worker-busy` before the first */
  async run(call: ProbeCall): Promise<void> {
    if (this.#running >= MAX_PROBES)
      throw new AppError('worker-busy', 'Other cameras are being looked for', { retryAfter: 10 });
    this.#running += 1;
    const forget = this.#options.camera.redactor.add(call.target.password);
    try {
      await probe(call, this.#options);
    } finally {
      forget();
      this.#running -= 1;
    }
  }
}

async function probe(call: ProbeCall, options: ProbeOptions): Promise<void> {
  const { target, tell, signal } = call;
  const checklist = new Checklist((step) => tell({ type: 'step', step }));
  const pasted = await playPasted(target, options.camera, signal).catch((error: AppError) => error);
  if (signal.aborted) return;
  if (pasted === undefined || pasted instanceof AppError) return search(call, options, checklist, pasted);
  checklist.pass('streams');
  const { source, sample } = pasted;
  tell({ type: 'stream', stream: { ...viewOf({ source }, target, undefined, sample), role: 'main' } });
  tell({ type: 'device', device: { ip: target.host } });
}

/** @param refusal why a pasted address shows no pictures, where it may be that of pictures */
async function search(
  { target, tell, signal }: ProbeCall,
  { guard, ports = USUAL_PORTS, camera }: ProbeOptions,
  checklist: Checklist,
  refusal: AppError | undefined,
): Promise<void> {
  // Cameras lock out addresses that send a wrong password again.
  if (refusal?.code === 'camera-unauthorized') {
    checklist.fail(refusal);
    tell({ type: 'device', device: { ip: target.host } });
    return;
  }
  const late = AbortSignal.timeout(SEARCH_MS);
  const search = new CameraSearch({
    ...{ target, checklist, guard, ports },
    signal: AbortSignal.any([signal, late]),
  });
  const failure = await search.run().catch((error: unknown) => error);
  search.close();
  if (signal.aborted) return;
  if (search.streams.length > 0) checklist.pass('streams');
  else checklist.fail(refusal ?? (late.aborted ? tooLate() : failure));
  const budget = AbortSignal.any([signal, AbortSignal.timeout(SAMPLES_MS)]);
  const sized = search.streams.map((stream) => ({ stream, size: sizeOf(stream) }));
  const ordered = sized.toSorted((a, b) => areaOf(b) - areaOf(a));
  for (const { stream, size } of ordered) {
    const sample = budget.aborted ? undefined : await sampleStream(stream.source, camera, budget);
    if (signal.aborted) return;
    const role = stream === ordered[0]?.stream ? 'main' : 'sub';
    tell({ type: 'stream', stream: { ...viewOf(stream, target, size, sample), role } });
  }
  const stillUrl = await stillUrlOf(search.still, camera, budget);
  if (!signal.aborted) tell({ type: 'device', device: { ...search.device, ...(stillUrl && { stillUrl }) } });
}

/** The address of still pictures, where one comes; one that holds a secret is left out. */
async function stillUrlOf(
  still: HttpSource | undefined,
  camera: CameraDependencies,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (still === undefined || signal.aborted || pathSecrets(still.path).length > 0) return undefined;
  const { picture } = await sampleStream(still, camera, signal, 0);
  return picture && requestUrl(still);
}

function tooLate(): AppError {
  return new AppError('camera-timeout', 'The camera answered too slowly to be asked for everything');
}

interface Size {
  width: number;
  height: number;
}

/** As its description says. */
function sizeOf({ video }: DescribedStream): Size | undefined {
  if (video.codec === 'mjpeg') return video.size;
  try {
    const { width, height } = describeVideo(new ParameterSets(video.codec, video));
    return { width, height };
  } catch {
    return video.size;
  }
}

function areaOf({ size }: { size: Size | undefined }): number {
  return (size?.width ?? 0) * (size?.height ?? 0);
}

/** A stream of RTSP has a description; pictures over HTTP have none. */
type SeenStream = { source: AddressedSource } & Partial<Omit<DescribedStream, 'source'>>;

function viewOf(
  { source, video, audio }: SeenStream,
  target: ProbeTarget,
  size: Size | undefined,
  sample: StreamSample | undefined,
): Omit<FoundStream, 'role'> {
  const { failure, picture } = sample ?? {};
  const codec = sample?.codec ?? video?.codec ?? 'mjpeg';
  return {
    url: maskedUrl(source),
    secure: source.secure,
    port: source.port,
    streamPath: storedPath(source, target),
    codec,
    width: sample?.width ?? size?.width ?? null,
    height: sample?.height ?? size?.height ?? null,
    fps: sample?.fps ?? video?.announcedFps ?? null,
    audio: audio?.codec ?? null,
    keyframeIntervalMs: sample?.keyframeIntervalMs ?? null,
    playable: playableBy(codec, sample),
    ...(failure && { code: failure.code }),
    ...(failure?.hint && { hint: failure.hint }),
    ...(picture && { picture: picture.toString('base64') }),
  };
}

/** H.265 plays where the device decodes it; B-frames and MJPEG do not fit into everything. */
function playableBy(codec: string, sample: StreamSample | undefined): FoundStream['playable'] {
  if (sample?.failure !== undefined) return [];
  if (codec !== 'h264') return ['mjpeg'];
  return sample?.hasBFrames === true ? ['mse', 'hls', 'mjpeg'] : ['webrtc', 'mse', 'hls', 'mjpeg'];
}

/** The path for a new camera. What the client has told us goes back to it masked. */
function storedPath({ path }: AddressedSource, { path: given = '', password }: ProbeTarget): string {
  const told = [password, encodeURIComponent(password), ...pathSecrets(given)];
  return pathSecrets(path).some((secret) => told.includes(secret)) ? maskPathSecrets(path) : path;
}
