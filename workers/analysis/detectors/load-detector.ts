/** Loads the detector that a setting names. */
import { BUILT_IN_MODEL } from '../config.ts';
import type { DetectorSetOptions } from './detector-set.ts';
import { loadOnnxDetector } from './onnx-detector.ts';
import { loadOpenCvDetector } from './opencv/opencv-detector.ts';
import { PictureThread } from './opencv/picture-thread.ts';

/**
 * Creates the loader: the built-in detector, or an ONNX model with its description.
 * @param thread shared by all built-in detectors
 */
export function createDetectorLoader(thread = new PictureThread()): DetectorSetOptions['load'] {
  return (kind, model) =>
    model === BUILT_IN_MODEL ? loadOpenCvDetector(kind, thread) : loadOnnxDetector(kind, model);
}
