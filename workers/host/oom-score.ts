/** Tells the kernel which process to end first when memory runs out (proc(5), `oom_score_adj`). */
import { writeFileSync } from 'node:fs';

/** The probe of an upload is made for it. Analysis is missed least, then the demo; a camera process costs viewers their pictures. */
export const OOM_SCORE = { probe: 1000, analysis: 900, simulator: 700, rtsp: 200 } as const;

/** Sets it for this process; without Linux or the right to do so nothing changes. */
export function setOomScore(score: (typeof OOM_SCORE)[keyof typeof OOM_SCORE]): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', String(score));
  } catch {
    // The kernel then chooses by size alone.
  }
}
