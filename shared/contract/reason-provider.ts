/** Providers of answers: how they are, and their settings. */
import { z } from 'zod';
import { modelServerReportSchema, todaySchema } from './model-server.ts';
import { PROVIDERS } from './reason.ts';

const providerSkillsSchema = z
  .object({
    query: z.boolean(),
    caption: z.boolean(),
    detect: z.enum(['detected', 'estimated']),
    point: z.enum(['detected', 'estimated']),
    segment: z.boolean(),
    severalPictures: z.boolean(),
    structured: z.boolean().meta({ description: 'The server keeps to a JSON Schema by itself.' }),
    streaming: z.boolean(),
  })
  .meta({ id: 'ProviderSkills', description: 'What a provider can do.' });
export type ProviderSkills = z.infer<typeof providerSkillsSchema>;

/** Answer of `GET /api/reason/status`. */
export const reasonStatusSchema = z
  .object({
    configured: z.boolean().meta({ description: 'Whether any provider can be asked.' }),
    preferred: z
      .enum(PROVIDERS)
      .nullable()
      .meta({ description: 'Asked first, where it can do what is asked.' }),
    providers: z.array(
      modelServerReportSchema.extend({
        name: z.enum(PROVIDERS),
        skills: providerSkillsSchema,
        source: z.enum(['environment', 'page', 'none']).meta({ description: 'Where it was set up.' }),
        today: todaySchema,
      }),
    ),
  })
  .meta({ id: 'ReasonStatus' });
export type ReasonStatus = z.infer<typeof reasonStatusSchema>;

const serverFields = {
  url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional()
    .meta({ description: 'Base address; absent: the cloud of Moondream, or that of OpenAI.' }),
  key: z.string().trim().min(1).max(4096).optional().meta({ description: 'Never answered.' }),
  model: z.string().trim().min(1).max(200).optional(),
};

/** A provider as it is set up in the page. */
export const providerDraftSchema = z.strictObject(serverFields).meta({ id: 'ProviderDraft' });
export type ProviderDraft = z.infer<typeof providerDraftSchema>;

/** Body of `PATCH /api/reason/settings`. */
export const reasonSettingsChangesSchema = z
  .strictObject({
    moondream: providerDraftSchema.nullable().optional(),
    vlm: providerDraftSchema.nullable().optional(),
    preferred: z.enum(PROVIDERS).nullable().optional(),
  })
  .meta({
    id: 'ReasonSettingsChanges',
    description: 'A provider replaces the one before, whose key stays where none is given; null removes it.',
  });

const shownServerSchema = z.object({
  url: z.string().nullable(),
  model: z.string().nullable(),
  hasKey: z.boolean(),
  source: z
    .enum(['environment', 'page', 'none'])
    .meta({ description: 'Only what the page set can be changed here.' }),
});

/** Answer of `GET` and `PATCH /api/reason/settings`. */
export const reasonSettingsSchema = z
  .object({
    moondream: shownServerSchema,
    vlm: shownServerSchema,
    preferred: z.enum(PROVIDERS).nullable(),
    isPreferenceFixed: z.boolean().meta({ description: 'REASONING_PROVIDER is set.' }),
  })
  .meta({ id: 'ReasonSettings' });
export type ReasonSettings = z.infer<typeof reasonSettingsSchema>;

/** Body of `POST /api/reason/test`. */
export const providerTestSchema = z
  .strictObject({
    provider: z.enum(PROVIDERS),
    ...serverFields,
  })
  .meta({ id: 'ProviderTest', description: 'Without address, key and model what is set is tested.' });

/** Answer of `POST /api/reason/test`. */
export const providerTestAnswerSchema = z
  .object({
    success: z.literal(true),
    answer: z.string().meta({ description: 'What the model said of a small red picture.' }),
    latencyMs: z.number(),
    models: z
      .array(z.string())
      .meta({ description: 'Models that the server offers; empty where it does not tell.' }),
  })
  .meta({ id: 'ProviderTestAnswer' });
