/** What a worker tells of the events that a camera itself finds: lines of JSON, one for each. */
import { z } from 'zod';

/** Kinds of events that cameras find. */
export const deviceEventKindSchema = z.enum(['motion', 'person', 'tampering', 'crossing']);
export type DeviceEventKind = z.infer<typeof deviceEventKindSchema>;

/** Something that a camera saw. */
export const deviceEventSchema = z.object({
  type: z.literal('event'),
  kind: deviceEventKindSchema,
  /** `moment` for what has no duration. */
  state: z.enum(['start', 'end', 'moment']),
  /** Which of its rules saw it: the same for start and end. */
  rule: z.string(),
});
export type DeviceEvent = z.infer<typeof deviceEventSchema>;

/** Every line; `failed` is the last. */
export const deviceMessageSchema = z.discriminatedUnion('type', [
  deviceEventSchema,
  z.object({ type: z.literal('subscribed') }),
  z.object({ type: z.literal('failed'), code: z.string(), message: z.string() }),
]);
export type DeviceMessage = z.infer<typeof deviceMessageSchema>;

/** Path of a camera's events on its worker. */
export function deviceEventsPath(cameraId: string): string {
  return `/internal/cameras/${encodeURIComponent(cameraId)}/device-events`;
}
