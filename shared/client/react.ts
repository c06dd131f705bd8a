/**
 * The React hook, for React Native and the web. React is handed in and not imported, so
 * that this package depends on none and the app's own copy is the one that is used:
 *
 *     import * as React from 'react';
 *     export const useCameraFrame = createUseCameraFrame(React);
 */
import { CameraPicture, emptyView, type PictureView } from './camera-picture.ts';
import type { WatchOptions } from './camera-watch.ts';
import type { GatewayClient } from './client.ts';

/** The part of React that the hook needs. */
export interface ReactHooks {
  useState<T>(initial: T): [T, (value: T) => void];
  useEffect(effect: () => () => void, dependencies: readonly unknown[]): void;
  useRef<T>(initial: T): { current: T };
}

/** What the hook takes; callbacks may be new ones with every render. */
export interface CameraFrameOptions extends WatchOptions {
  /** Stops the frames, for a picture that is not on the screen; the last one stays. */
  isPaused?: boolean;
}

/** What the hook gives; see {@link PictureView}. */
export type UseCameraFrame = (
  client: GatewayClient,
  cameraId: string,
  options?: CameraFrameOptions,
) => PictureView;

/** Makes the hook `useCameraFrame(client, cameraId, options)` out of the app's React. */
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

    // The picture of one camera is never drawn under the name of another.
    return view.cameraId === cameraId ? view : emptyView(cameraId);
  };
}
