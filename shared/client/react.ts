/**
 * React hooks, for React Native and the web. React is passed in and not imported, so
 * that this package does not depend on it and the app's own copy is used:
 *
 *     import * as React from 'react';
 *     export const useCameraFrame = createUseCameraFrame(React);
 */
import { CameraPicture, emptyView, type PictureView } from './camera-picture.ts';
import type { WatchOptions } from './camera-watch.ts';
import type { GatewayClient } from './client.ts';
import type { ReactHooks } from './react-hooks.ts';

export type { PictureLayer, PictureView } from './camera-picture.ts';
export type { ReactHooks } from './react-hooks.ts';
export { type CamerasView, createUseCameras, type UseCameras } from './use-cameras.ts';
export { createUsePtz, type PtzView, type UsePtz } from './use-ptz.ts';

/** Options of the hook; callbacks may change with every render. */
export interface CameraFrameOptions extends WatchOptions {
  /** Stops the frames, for a picture that is not visible; the last one stays. */
  isPaused?: boolean;
}

/** Result of the hook; see {@link PictureView}. */
export type UseCameraFrame = (
  client: GatewayClient,
  cameraId: string,
  options?: CameraFrameOptions,
) => PictureView;

/** Creates the hook `useCameraFrame(client, cameraId, options)` with the app's React. */
export function createUseCameraFrame({ useState, useEffect, useRef }: ReactHooks): UseCameraFrame {
  return function useCameraFrame(client, cameraId, options = {}) {
    const [view, setView] = useState(emptyView(cameraId));
    const newest = useRef(options);
    newest.current = options;
    const picture = useRef<CameraPicture | undefined>(undefined);
    const { fps, width, quality, isPaused = false } = options;
    const hasDetections = options.onDetections !== undefined;

    useEffect(() => {
      const opened = new CameraPicture(
        client,
        cameraId,
        {
          fps,
          width,
          quality,
          onState: (state) => newest.current.onState?.(state),
          ...(hasDetections ? { onDetections: (found) => newest.current.onDetections?.(found) } : {}),
        },
        setView,
      );
      picture.current = opened;
      return () => opened.close();
    }, [client, cameraId, fps, width, quality, hasDetections]);

    useEffect(() => {
      if (isPaused) picture.current?.pause();
      return () => {
        if (isPaused) picture.current?.resume();
      };
    }, [client, cameraId, fps, width, quality, hasDetections, isPaused]);

    // A picture of one camera must never appear under the name of another.
    return view.cameraId === cameraId ? view : emptyView(cameraId);
  };
}
