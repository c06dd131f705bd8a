/** Tools for standing questions. */
import { z } from 'zod';
import { newWatchSchema } from '#shared/contract/watch.ts';
import { cameraInput } from './camera-tools.ts';
import { jsonResult, type Tool, tool } from './tool.ts';

/** List, make, pause, remove. */
export const WATCH_TOOLS: readonly Tool[] = [
  tool({
    name: 'list_watches',
    title: 'List watches',
    description: 'Questions that the gateway asks again and again, with their state and last answer.',
    input: z.object({}),
    run: async ({ client }, _args, signal) => jsonResult(await client.watches.list({ signal })),
  }),
  tool({
    name: 'create_watch',
    title: 'Watch a camera',
    description:
      'Asks a camera a question again and again; when enough answers fulfil the condition it is an event. Needs everySeconds or onMotion.',
    acts: true,
    input: z.object({
      cameraId: cameraInput,
      skill: z
        .enum(['query', 'detect', 'point', 'caption'])
        .default('query')
        .describe('query: a question; detect, point: an object.'),
      prompt: z.string().trim().max(2000).describe('The question or the object.'),
      condition: newWatchSchema.shape.condition,
      everySeconds: z.number().int().min(1).max(86_400).optional(),
      onMotion: z.boolean().optional().describe('Ask while there is motion.'),
      n: z
        .number()
        .int()
        .min(1)
        .max(20)
        .optional()
        .describe('It fires when n of the last `of` answers count.'),
      of: z.number().int().min(1).max(20).optional(),
      cooldownSeconds: z.number().int().min(0).max(86_400).optional().describe('Silence after it fired.'),
    }),
    run: async ({ client }, { everySeconds, cooldownSeconds, ...watch }, signal) => {
      const times = {
        ...(everySeconds === undefined ? {} : { everyMs: everySeconds * 1000 }),
        ...(cooldownSeconds === undefined ? {} : { cooldownMs: cooldownSeconds * 1000 }),
      };
      const given = Object.fromEntries(Object.entries(watch).filter(([, value]) => value !== undefined));
      return jsonResult(
        await client.watches.create({ ...given, ...times } as Parameters<typeof client.watches.create>[0], {
          signal,
        }),
      );
    },
  }),
  tool({
    name: 'pause_watch',
    title: 'Pause or resume a watch',
    description: 'A paused watch stays but asks nothing.',
    acts: true,
    input: z.object({ watchId: z.string().min(1).max(128), paused: z.boolean() }),
    run: async ({ client }, { watchId, paused }, signal) =>
      jsonResult(await client.watches.update(watchId, { enabled: !paused }, { signal })),
  }),
  tool({
    name: 'delete_watch',
    title: 'Remove a watch',
    description: 'It asks no more; its events stay.',
    acts: true,
    isDestructive: true,
    input: z.object({ watchId: z.string().min(1).max(128) }),
    run: async ({ client }, { watchId }, signal) => {
      await client.watches.delete(watchId, { signal });
      return jsonResult({ removed: watchId });
    },
  }),
];
