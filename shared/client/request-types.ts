/** What this client takes in a shape of its own. */
import type { CameraChanges, NewRtspStream } from './api-types.ts';

/** Where a camera's video comes from: one of `url`, `ip` and `video`. */
export type CameraAddress = Pick<
  CameraChanges,
  'url' | 'ip' | 'port' | 'username' | 'password' | 'streamPath' | 'transport' | 'secure' | 'video'
>;

/** A stream to be stored. */
export type NewCameraStream = Omit<NewRtspStream, 'streamType'>;

/** A file to be uploaded: a `Blob` or `File`, or what React Native's pickers give. */
export type UploadFile = Blob | { uri: string; name: string; type: string };

/** A video to be uploaded. */
export interface NewVideo {
  cameraId: string;
  cameraDescription?: string;
  file: UploadFile;
  /** Of the file; needed for a `Blob` that has none. */
  name?: string;
}
