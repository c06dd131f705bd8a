/** With what cameras are decoded: a setting that the gateway reads and its workers keep. */
import { z } from 'zod';
import { type Environment, readChoice } from './settings.ts';

/** Hardware decoders, in the order of trying. */
export const HARDWARE_DECODERS = ['vaapi', 'cuda', 'videotoolbox', 'v4l2'] as const;
export type HardwareDecoderName = (typeof HARDWARE_DECODERS)[number];

/** `auto`: the first hardware decoder that works here. */
export const DECODERS = ['software', 'auto', ...HARDWARE_DECODERS] as const;
export type DecoderName = (typeof DECODERS)[number];

const NAME = 'DECODER';

/** @throws SettingsError naming the decoders that there are */
export function readDecoder(env: Environment): DecoderName {
  return readChoice(env, NAME, { fallback: 'software', choices: DECODERS });
}

/** The setting for a worker. */
export function decoderEnv(decoder: DecoderName): Record<string, string> {
  return { [NAME]: decoder };
}

/** What was wanted and what decodes, as `GET /health` tells it of each worker. */
export const decoderChoiceSchema = z
  .object({
    wanted: z.enum(DECODERS).meta({ description: 'The setting `DECODER`.' }),
    used: z
      .enum(['software', ...HARDWARE_DECODERS])
      .nullable()
      .meta({ description: 'Null before the first picture is decoded.' }),
    failed: z
      .array(z.object({ decoder: z.enum(HARDWARE_DECODERS), reason: z.string() }))
      .meta({ description: 'Hardware decoders that did not work; they are not tried again.' }),
  })
  .meta({ id: 'DecoderChoice' });
export type DecoderChoice = z.infer<typeof decoderChoiceSchema>;
