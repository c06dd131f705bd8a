/** Probes uploaded files in processes of their own, with limits of memory and time. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '#shared/errors.ts';
import type { VideoFacts } from '#shared/worker-protocol.ts';
import { EXIT_TOO_LARGE, type ProbeAnswer, probeAnswerSchema } from './probe-messages.ts';

/** What one probe may take. */
export interface ProbeLimits {
  /** Resident memory of its process, bytes: 100 MB are Node and FFmpeg, the index of a video of a day as much. */
  maxBytes: number;
  /** Its start included, which takes seconds on a busy machine; for the file itself it has ten. */
  timeMs: number;
}

export const PROBE_LIMITS: ProbeLimits = { maxBytes: 256 * 1024 * 1024, timeMs: 25_000 };
const ENTRY = new URL('./main.ts', import.meta.url);

/**
 * Reads what a video file holds.
 * @param file absolute path
 * @throws AppError `not-a-video`, also for a file that takes too much memory or time
 */
export async function probeInProcess(
  file: string,
  { maxBytes, timeMs }: ProbeLimits = PROBE_LIMITS,
): Promise<VideoFacts> {
  const child = fork(fileURLToPath(ENTRY), [file, String(maxBytes)], {
    execArgv: ['--max-semi-space-size=2'],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeMs);
  try {
    const answer = await answerOf(child);
    if ('facts' in answer) return answer.facts;
    throw new AppError('not-a-video', answer.refusal);
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/** @throws AppError when the process ends without one */
function answerOf(child: ChildProcess): Promise<ProbeAnswer> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      const answer = probeAnswerSchema.safeParse(message);
      if (answer.success) resolve(answer.data);
      else reject(answer.error);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(endedWith(code, signal)));
  });
}

function endedWith(code: number | null, signal: string | null): AppError {
  if (code === EXIT_TOO_LARGE) return new AppError('not-a-video', 'The file takes too much memory to read');
  if (signal === 'SIGKILL') return new AppError('not-a-video', 'The file takes too long to read');
  return new AppError('not-a-video', 'Reading the file failed', { cause: { code, signal } });
}
