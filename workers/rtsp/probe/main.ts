/**
 * Reads one uploaded file, tells its parent what it holds, and ends: a process of its own, since a file
 * of a megabyte may unfold to gigabytes or find a fault of FFmpeg. Composition only.
 */
import { AppError } from '#shared/errors.ts';
import { OOM_SCORE, setOomScore } from '../../host/oom-score.ts';
import { probeVideo } from '../ffmpeg/video-probe.ts';
import { EXIT_TOO_LARGE, type ProbeAnswer } from './probe-messages.ts';

const [, , file = '', maxBytes = '0'] = process.argv;
/** At a gigabyte a second the limit is exceeded by a few megabytes. */
const CHECK_MS = 5;

setOomScore(OOM_SCORE.probe);
process.on('disconnect', () => process.exit(0));
// FFmpeg works on threads of its own: this one is free to watch.
setInterval(() => {
  if (process.memoryUsage.rss() > Number(maxBytes)) process.exit(EXIT_TOO_LARGE);
}, CHECK_MS);

const answer = await probeVideo(file).then(
  (facts): ProbeAnswer => ({ facts }),
  (error: unknown): ProbeAnswer => ({
    refusal: error instanceof AppError ? error.message : 'The file is not a video that can be read',
  }),
);
process.send?.(answer, () => process.exit(0));
