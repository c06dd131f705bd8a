/** Opens a video file with FFmpeg, by its content and not by its name. */
import {
  AV_CODEC_ID_NONE,
  AV_DISPOSITION_ATTACHED_PIC,
  AVDISCARD_ALL,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { Dictionary, FormatContext, type Stream } from 'node-av/lib';
import { AppError } from '#shared/errors.ts';

/** Video containers, without formats that name other files (playlists, concat lists, image sequences). */
const FORMATS = 'mov,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg';
/** A file must not make FFmpeg open a connection or a device. */
const PROTOCOLS = 'file';
/** A hostile file may announce millions. */
const MAX_STREAMS = 64;

/** A file that FFmpeg reads as video. */
export interface VideoFile extends AsyncDisposable {
  context: FormatContext;
  /** Its video stream; the others are not read. */
  stream: Stream;
}

/**
 * Opens a file and finds its video.
 * @param file absolute path
 * @param signal interrupts FFmpeg wherever it is
 * @throws AppError `not-a-video`, also for a missing file
 */
export async function openVideoFile(file: string, signal: AbortSignal): Promise<VideoFile> {
  const context = new FormatContext();
  context.allocContext();
  const interrupt = (): void => context.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  const dispose = async (): Promise<void> => {
    signal.removeEventListener('abort', interrupt);
    await context[Symbol.asyncDispose]();
  };
  try {
    signal.throwIfAborted();
    await openInput(context, file);
    const stream = findVideo(context);
    for (const other of context.streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
    return { context, stream, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function openInput(context: FormatContext, file: string): Promise<void> {
  using options = Dictionary.fromObject({
    format_whitelist: FORMATS,
    protocol_whitelist: PROTOCOLS,
    max_streams: MAX_STREAMS,
  });
  // The prefix keeps FFmpeg from seeing a protocol in a name with a colon.
  if ((await context.openInput(`file:${file}`, null, options)) < 0) throw notVideo();
  if ((await context.findStreamInfo(null)) < 0) throw notVideo();
}

function findVideo(context: FormatContext): Stream {
  const index = context.findBestStream(AVMEDIA_TYPE_VIDEO);
  const stream = index < 0 ? undefined : context.streams[index];
  // Cover art is a video stream of one picture.
  if (stream === undefined || stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC)) throw notVideo();
  const { codecId, width, height } = stream.codecpar;
  if (codecId === AV_CODEC_ID_NONE || width <= 0 || height <= 0) throw notVideo();
  return stream;
}

/** The error for files that FFmpeg does not read as video. */
export function notVideo(): AppError {
  return new AppError('not-a-video', 'The file is not a video that can be read');
}
