/** Where the compiler alone tells whether client and server mean the same. */
import type { z } from 'zod';
import type * as api from '#shared/client/api-types.ts';
import type { DetectedObject } from '#shared/client/frame.ts';
import type { MoondreamStatus } from '#shared/client/moondream.ts';
import type { CameraStream, rtspStreamSchema } from '#shared/contract/camera-stream.ts';
import type { connectRequestSchema } from '#shared/contract/connect.ts';
import type { CameraStreamPayload } from '#shared/contract/delivery.ts';
import type { DeviceMetadata } from '#shared/contract/device.ts';
import type { MoondreamReport } from '#shared/contract/moondream.ts';
import type { DetectedObject as ServerObject } from '#shared/detections.ts';
import type { AnalysisSettings } from '#shared/detections-settings.ts';
import type { cameraStatusSchema } from '#shared/worker-protocol.ts';

/** Compiles only where every `From` can be used as a `To`. */
type Fits<From extends To, To> = [From, To];

/** What the server sends fits what the client reads; what the client sends fits what the server takes. */
export type Agreement = [
  Fits<CameraStream, api.CameraStream>,
  Fits<CameraStreamPayload, api.DeliveryPayload>,
  Fits<DeviceMetadata, api.DeviceMetadata>,
  Fits<Required<AnalysisSettings>, Required<api.AnalysisSwitches>>,
  Fits<MoondreamReport, Omit<MoondreamStatus, 'today'>>,
  Fits<ServerObject, DetectedObject>,
  Fits<Omit<api.CameraStatus, 'cameraId' | 'frameCount'>, z.input<typeof cameraStatusSchema>>,
  Fits<api.ConnectRequest, z.input<typeof connectRequestSchema>>,
  Fits<api.NewCameraStream & { streamType: 'rtsp' }, z.input<typeof rtspStreamSchema>>,
];
