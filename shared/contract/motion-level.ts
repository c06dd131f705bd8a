/** The meter of motion: how much of a camera's picture changes. */
import { z } from 'zod';

const shareSchema = z.number().min(0).max(1);

/** Data of a message of `GET /api/cameras/:cameraId/motion`. */
export const motionLevelSchema = z
  .object({
    cameraId: z.string(),
    timestamp: z.number().meta({ description: 'Capture time of the picture, Unix seconds.' }),
    state: z.enum(['still', 'moving', 'learning', 'scene-change']).meta({
      description:
        '`learning`: the background is not known yet; `scene-change`: the whole picture changed. Neither counts as motion.',
    }),
    area: shareSchema.meta({ description: 'Largest connected change, as a share of the picture.' }),
    minArea: shareSchema.meta({ description: 'The least that counts as motion.' }),
    zones: z
      .array(z.object({ name: z.string(), area: shareSchema, minArea: shareSchema }))
      .meta({ description: 'The same of each zone.' }),
  })
  .meta({ id: 'MotionLevel' });
export type MotionLevel = z.infer<typeof motionLevelSchema>;
