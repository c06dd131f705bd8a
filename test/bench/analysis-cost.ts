/** What analysis costs, printed and judged. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyModel } from '../workers/analysis/support/tiny-model.ts';
import { measureAnalysis } from './analysis.ts';
import { measureBesideViewers } from './analysis-beside-viewers.ts';
import { print, target } from './report.ts';

/** Pixels of each side of the input of the model that computes nothing; common for detectors. */
const INPUT_SIDE = 640;

/** One camera of 1280x720 at 15 fps. @param faceModel ONNX model for the inference part; default: one that computes nothing */
export async function benchAnalysis(seconds: number, faceModel: string | undefined): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const model = faceModel ?? writeEmptyModel(folder);
  const measured = await measureAnalysis({ seconds, faceModel: model });
  rmSync(folder, { recursive: true });
  const { off, motion, ffmpeg, delay, inference } = measured;
  const text = (share: { rtsp: number; analysis: number }): string =>
    `RTSP workers ${share.rtsp.toFixed(1)} %, analysis ${share.analysis.toFixed(1)} %`;
  print(`Analysis off: ${text(off)}; motion: ${text(motion)}`);
  for (const { perSecond, reached, share } of inference)
    print(`${perSecond} inferences a second wanted, ${reached.toFixed(1)} reached: ${text(share)}`);
  if (faceModel === undefined)
    print('The model computes nothing: that is the picture’s way to it. --face-model names a real one');
  const added = motion.rtsp + motion.analysis - off.rtsp - off.analysis;
  print(
    `ffmpeg needs ${ffmpeg.toFixed(1)} % to receive and decode the same camera: analysis adds ${(added / ffmpeg).toFixed(2)} times that`,
  );
  target(`motion at 5 fps adds ${added.toFixed(1)} % of a core, decoding included (3)`, added <= 3);
  target(
    `${delay.events} events out after p50 ${delay.p50.toFixed(0)} ms, at most ${delay.max.toFixed(0)} ms (500)`,
    delay.max <= 500,
  );
}

/** Eight cameras of 1280x720 at 15 fps with one viewer each, without analysis and with it. */
export async function benchAnalysisBesideViewers(seconds: number): Promise<void> {
  const cameras = 8;
  const { off, on } = await measureBesideViewers({ cameras, seconds });
  const text = (part: { mean: number; least: number; analysis: number }): string =>
    `${part.mean.toFixed(2)} fps each, ${part.least.toFixed(2)} the slowest, analysis ${part.analysis.toFixed(1)} %`;
  print(
    `${cameras} cameras with one viewer each on ${availableParallelism()} cores, analysis off: ${text(off)}; on: ${text(on)}`,
  );
  const ratio = on.mean / off.mean;
  target(`viewers get ${(ratio * 100).toFixed(1)} % of their rate without analysis (90)`, ratio >= 0.9);
}

/** A model whose input is as large as a real one's and whose answer is always the same. @returns its path */
function writeEmptyModel(folder: string): string {
  const path = join(folder, 'faces.onnx');
  writeFileSync(path, tinyModel([[0, 0, 1, 1, 0, 0]], INPUT_SIDE));
  const description = {
    input: { width: INPUT_SIDE, height: INPUT_SIDE },
    output: { decoder: 'rows' },
    labels: ['face'],
    wanted: ['face'],
    minScore: 0.5,
  };
  writeFileSync(join(folder, 'faces.json'), JSON.stringify(description));
  return path;
}
