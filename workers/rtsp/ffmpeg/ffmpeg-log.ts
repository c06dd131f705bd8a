/** FFmpeg's own log, which would otherwise go to stderr unredacted. */
import { AV_LOG_ERROR, AV_LOG_FATAL } from 'node-av/constants';
import { Log } from 'node-av/lib';
import type { Logger } from '#shared/logger.ts';

/** Forwards FFmpeg's messages: damaged pictures are common (debug), the rest are errors. */
export function forwardFfmpegLog(log: Logger): void {
  Log.setCallback(
    (level, message) => {
      const text = message.trim();
      if (text === '') return;
      if (level <= AV_LOG_FATAL) log.error({ source: 'ffmpeg' }, text);
      else log.debug({ source: 'ffmpeg' }, text);
    },
    { maxLevel: AV_LOG_ERROR },
  );
}
