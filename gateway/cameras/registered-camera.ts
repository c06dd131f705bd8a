/** A camera as the registry stores it. */
import type { CameraSource, RegisteredSource } from '#shared/camera-source.ts';
import type { RecordingSettings } from '#shared/contract/recording.ts';
import type { Zone } from '#shared/contract/zone.ts';
import type { AnalysisSettings } from '#shared/detections-settings.ts';
import type { Labels } from '#shared/worker-labels.ts';

/** What a person decides about a camera. */
export interface RegisteredCamera {
  id: string;
  name: string;
  location: string;
  source: RegisteredSource;
  /** Name of the agent that reaches it; absent: the gateway itself. */
  agent?: string | undefined;
  /** Only a worker that carries them runs it; absent: any. */
  labels?: Labels | undefined;
  enabled: boolean;
  analysis: AnalysisSettings;
  /** Absent: none. */
  zones?: readonly Zone[] | undefined;
  /** Absent: nothing is recorded. */
  recording?: RecordingSettings | undefined;
}

/** A camera that is tried before it is stored. */
export interface Draft extends Pick<RegisteredCamera, 'agent' | 'labels'> {
  source: CameraSource;
}

/** Who wrote it: the API, or CAMERAS_FILE, which alone may change it then. */
export type RegistryOrigin = 'api' | 'file';

/** A camera with who wrote it and when, Unix milliseconds. */
export interface StoredCamera extends RegisteredCamera {
  origin: RegistryOrigin;
  /** Its password was sealed with another key: it must be given again. */
  isPasswordLost: boolean;
  createdAt: number;
  updatedAt: number;
}
