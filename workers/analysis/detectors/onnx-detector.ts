/** Runs an ONNX model of the operator, on CUDA if available, else on the CPU. */
import { basename } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { DetectorHealth } from '#shared/detections.ts';
import { messageOf } from '#shared/errors.ts';
import { clampBox } from '../camera/overlap.ts';
import type { Detector, DetectorKind, Finding, RgbPicture } from './detector.ts';
import { type ModelDescription, readDescription } from './model-description.ts';
import { decodeOutputs, type OutputTensor, type RawBox } from './output-decoders.ts';
import { type PictureTensor, toTensor } from './picture-tensor.ts';
import { suppress } from './suppression.ts';

/** The used part of ONNX Runtime. */
type Runtime = Pick<typeof import('onnxruntime-node'), 'InferenceSession' | 'Tensor'>;

/** In order of preference. */
const HARDWARE = ['cuda', 'cpu'] as const;
/** More threads would compete with the workers that deliver frames. */
const THREADS = 1;

/**
 * Loads a model with its description and runs it once on an empty picture.
 * @throws Error with a sentence for the operator
 */
export async function loadOnnxDetector(kind: DetectorKind, model: string): Promise<Detector> {
  const description = await readDescription(model);
  const runtime = await loadRuntime();
  const { session, hardware } = await openSession(runtime, model);
  const detector = new OnnxDetector({ kind, description, runtime, session, model, hardware });
  const { width, height } = description.input;
  try {
    await detector.detect({ width, height, pixels: new Uint8Array(width * height * 3) });
  } catch (error) {
    throw new Error(`${model} does not fit its description: ${messageOf(error)}`);
  }
  return detector;
}

async function loadRuntime(): Promise<Runtime> {
  try {
    const runtime = await import('onnxruntime-node');
    // A machine without CUDA is no error to print.
    runtime.env.logLevel = 'fatal';
    return runtime;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    throw new Error(
      isMissing
        ? 'A model needs ONNX Runtime: install it with "npm run onnxruntime" and start again'
        : `onnxruntime-node does not run here: ${messageOf(error)}`,
    );
  }
}

async function openSession(
  { InferenceSession: sessions }: Runtime,
  model: string,
): Promise<{ session: InferenceSession; hardware: string }> {
  let failure: unknown;
  for (const hardware of HARDWARE) {
    try {
      const session = await sessions.create(model, {
        executionProviders: [hardware],
        intraOpNumThreads: THREADS,
        interOpNumThreads: THREADS,
        logSeverityLevel: 4,
      });
      return { session, hardware };
    } catch (error) {
      failure = error;
    }
  }
  throw new Error(`${model} cannot be loaded: ${messageOf(failure)}`);
}

interface OnnxDetectorOptions {
  kind: DetectorKind;
  description: ModelDescription;
  runtime: Runtime;
  session: InferenceSession;
  model: string;
  hardware: string;
}

class OnnxDetector implements Detector {
  readonly kind: DetectorKind;
  readonly health: DetectorHealth;
  readonly inputSide: number;
  readonly #description: ModelDescription;
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;

  constructor({ kind, description, runtime, session, model, hardware }: OnnxDetectorOptions) {
    this.kind = kind;
    this.health = { state: 'ready', model: basename(model), hardware };
    this.inputSide = Math.max(description.input.width, description.input.height);
    this.#description = description;
    this.#runtime = runtime;
    this.#session = session;
  }

  async detect(picture: RgbPicture, minScore = this.#description.minScore): Promise<Finding[]> {
    const { input, labels, wanted = labels, maxOverlap } = this.#description;
    const tensor = toTensor(picture, input);
    const outputs = await this.#run(tensor, input.type);
    const findings = decodeOutputs(outputs, this.#description, minScore)
      .map((raw) => toFinding(raw, tensor.used, labels))
      .filter(({ label, box }) => wanted.includes(label) && box[2] > 0 && box[3] > 0);
    return suppress(findings, maxOverlap);
  }

  async #run(
    { data, dims }: PictureTensor,
    type: 'float32' | 'uint8',
  ): Promise<Record<string, OutputTensor>> {
    const name = this.#session.inputNames[0] ?? '';
    const outputs = await this.#session.run({ [name]: new this.#runtime.Tensor(type, data, dims) });
    return Object.fromEntries(
      Object.entries(outputs).map(([key, value]) => {
        const { data: numbers, dims: shape } = value as Tensor;
        if (!(numbers instanceof Float32Array)) throw new Error(`output ${key} does not hold float32`);
        return [key, { data: numbers, dims: shape }];
      }),
    );
  }
}

function toFinding(
  { left, top, width, height, score, label }: RawBox,
  used: PictureTensor['used'],
  labels: readonly string[],
): Finding {
  const box = clampBox([left / used.width, top / used.height, width / used.width, height / used.height]);
  return { label: labels[label] ?? `label ${label}`, score: Math.min(1, score), box };
}
