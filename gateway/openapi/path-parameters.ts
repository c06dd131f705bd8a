/** What stands in the braces of paths, with an example that tests use. */
import { z } from 'zod';
import { cameraIdSchema } from '#shared/camera.ts';

/** A part of a path. */
export interface PathParameter {
  description: string;
  schema: z.ZodType;
  example: string;
}

const uuid = z.string().max(64);

/** By name. */
export const PATH_PARAMETERS: Record<string, PathParameter> = {
  cameraId: { description: 'Id of the camera.', schema: cameraIdSchema, example: '1' },
  sessionId: {
    description: 'Id of the session, `{cameraId}_{n}`.',
    schema: z.string().max(128),
    example: '1_0',
  },
  deliveryId: {
    description: 'Id of the delivery.',
    schema: uuid,
    example: '0b6f6a4e-6d2c-4f0e-9a53-1f5a4f0f2f10',
  },
  eventId: { description: 'Id of the event.', schema: uuid, example: '6f1de1b2-0c86-4a51-8f2e-5a3f0d9b7c11' },
  watchId: { description: 'Id of the watch.', schema: uuid, example: '9c2f7c0a-3b1d-4b5e-8f57-2d6c1a7e4b12' },
  pictureId: {
    description: 'As in `frame.url` of the answer.',
    schema: z.string().max(64),
    example: '4e07408562bedb8b60ce05c1decfe3ad',
  },
  hlsFile: {
    description: 'A name from the playlist.',
    schema: z.string().regex(/^(?:init|seg|part)-[0-9-]{1,32}\.(?:mp4|m4s)$/),
    example: 'init-1.mp4',
  },
  pageFile: { description: 'Path of the file.', schema: z.string(), example: 'main.ts' },
};

/** A path with the examples of its parameters in place of the braces. */
export function examplePath(path: string): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(PATH_PARAMETERS[name]?.example ?? name),
  );
}
