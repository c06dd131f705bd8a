/** What analysis costs, printed and judged. */
import { measureAnalysis } from './analysis.ts';
import { print, target } from './report.ts';

/** One camera of 1280x720 at 15 fps. @param faceModel ONNX model for the inference part; left out without one */
export async function benchAnalysis(seconds: number, faceModel: string | undefined): Promise<void> {
  const { off, motion, delay, inference } = await measureAnalysis({
    seconds,
    ...(faceModel === undefined ? {} : { faceModel }),
  });
  const text = (share: { rtsp: number; analysis: number }): string =>
    `RTSP workers ${share.rtsp.toFixed(1)} %, analysis ${share.analysis.toFixed(1)} %`;
  print(`Analysis off: ${text(off)}; motion: ${text(motion)}`);
  for (const { perSecond, reached, share } of inference)
    print(`${perSecond} inferences a second wanted, ${reached.toFixed(1)} reached: ${text(share)}`);
  if (faceModel === undefined) print('Inference was not measured: name a model with --face-model');
  const added = motion.rtsp + motion.analysis - off.rtsp - off.analysis;
  target(`motion at 5 fps adds ${added.toFixed(1)} % of a core, decoding included (3)`, added <= 3);
  target(
    `${delay.events} events out after p50 ${delay.p50.toFixed(0)} ms, at most ${delay.max.toFixed(0)} ms (500)`,
    delay.max <= 500,
  );
}
