/**
 * The description of an ONNX model in the JSON file beside it (`model.onnx` →
 * `model.json`), since the model itself does not say what its numbers mean.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const sideSchema = z.number().int().min(16).max(4096);
const triple = z.tuple([z.number(), z.number(), z.number()]);

const inputSchema = z
  .object({
    width: sideSchema,
    height: sideSchema,
    layout: z.enum(['NCHW', 'NHWC']).default('NCHW'),
    colour: z.enum(['rgb', 'bgr']).default('rgb'),
    /** Input is (level - mean) * scale for levels from 0 to 255; per channel, in the order of `colour`. */
    mean: triple.default([0, 0, 0]),
    scale: triple.default([1 / 255, 1 / 255, 1 / 255]),
    type: z.enum(['float32', 'uint8']).default('float32'),
    /** Grey level of the padding. */
    padding: z.number().min(0).max(255).default(114),
  })
  .strict();

/** `yolo`: boxes as centre and size in input pixels, then a score per label (YOLOv5 to v11, YOLOX decoded). */
const yoloSchema = z
  .object({
    decoder: z.literal('yolo'),
    /** `attributes`: [1, 4 + labels, boxes]; `boxes`: [1, boxes, 4 or 5 + labels]. */
    order: z.enum(['attributes', 'boxes']).default('attributes'),
    /** An objectness score precedes the scores of the labels. */
    hasObjectness: z.boolean().default(false),
  })
  .strict();

/** `rows`: one tensor [1, boxes, 6] of left, top, right, bottom, score, label (YOLOv10, RT-DETR exports). */
const rowsSchema = z
  .object({
    decoder: z.literal('rows'),
    /** Input pixels, or shares of the input. */
    unit: z.enum(['pixels', 'shares']).default('pixels'),
  })
  .strict();

/** `centerface`: heat map, sizes and offsets at a quarter of the input (Xu et al., 2019). */
const centerfaceSchema = z
  .object({ decoder: z.literal('centerface'), heatmap: z.string(), scale: z.string(), offset: z.string() })
  .strict();

const descriptionSchema = z
  .object({
    input: inputSchema,
    output: z.discriminatedUnion('decoder', [yoloSchema, rowsSchema, centerfaceSchema]),
    /** Names of the labels, in order of their numbers. */
    labels: z.array(z.string().min(1).max(64)).min(1).max(10_000),
    /** Labels that count; default: all. */
    wanted: z.array(z.string()).optional(),
    minScore: z.number().min(0).max(1).default(0.5),
    /** Boxes that overlap more are one object. */
    maxOverlap: z.number().min(0).max(1).default(0.45),
  })
  .strict()
  .refine(({ labels, wanted = [] }) => wanted.every((label) => labels.includes(label)), {
    path: ['wanted'],
    message: 'names a label that is not among `labels`',
  });
export type ModelDescription = z.infer<typeof descriptionSchema>;

/** Path of the description of a model. */
function descriptionPath(model: string): string {
  return model.replace(/(\.onnx)?$/i, '.json');
}

/** Reads and checks it. @throws Error with a sentence for the operator */
export async function readDescription(model: string): Promise<ModelDescription> {
  const path = descriptionPath(model);
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`${path}, the description of the model, cannot be read`);
  });
  return parseDescription(text, path);
}

/** Checks a description. @throws Error with a sentence for the operator */
export function parseDescription(text: string, path: string): ModelDescription {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${path} is not valid JSON`);
  }
  const result = descriptionSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Error(`${path}: ${issue?.path.map(String).join('.') || 'the whole'}: ${issue?.message}`);
}
