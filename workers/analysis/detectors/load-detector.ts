/** What a setting that names a model stands for. */
import { BUILT_IN_MODEL } from '../config.ts';
import type { Detector, DetectorKind } from './detector.ts';
import { loadHogDetector } from './hog-detector.ts';
import { loadOnnxDetector } from './onnx-detector.ts';

/**
 * Loads the detector that comes with the gateway, or an ONNX model with its description.
 * @throws Error with a sentence for the operator
 */
export function loadDetector(kind: DetectorKind, model: string): Promise<Detector> {
  return model === BUILT_IN_MODEL ? loadHogDetector(kind) : loadOnnxDetector(kind, model);
}
