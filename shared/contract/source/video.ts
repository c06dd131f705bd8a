/** Uploaded videos that are played as cameras. */
import { z } from 'zod';

export const videoSourceSchema = z.object({
  kind: z.literal('video'),
  /** Absolute path; made here, never taken from a client. */
  file: z.string(),
});
/** A video file of this installation, played in a loop in real time as if a camera sent it. */
export type VideoSource = z.infer<typeof videoSourceSchema>;

/** A video as the registry stores it: by the id of its camera stream. */
export const storedVideoSchema = z.object({ kind: z.literal('video'), stream: z.string() });
export type StoredVideo = z.infer<typeof storedVideoSchema>;
