/** What a setting that names a model stands for. */
import { BUILT_IN_MODEL } from '../config.ts';
import type { DetectorSetOptions } from './detector-set.ts';
import { loadOnnxDetector } from './onnx-detector.ts';
import { loadOpenCvDetector } from './opencv/opencv-detector.ts';
import { PictureThread } from './opencv/picture-thread.ts';

/**
 * A function that loads the detector that comes with the gateway, or an ONNX model with its description.
 * @param thread in which all that come with the gateway look
 */
export function createDetectorLoader(thread = new PictureThread()): DetectorSetOptions['load'] {
  return (kind, model) =>
    model === BUILT_IN_MODEL ? loadOpenCvDetector(kind, thread) : loadOnnxDetector(kind, model);
}
