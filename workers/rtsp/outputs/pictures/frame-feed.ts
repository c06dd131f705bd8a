/** Gives the sockets of `/ws` their frames, straight from the hubs of this worker. */
import { AppError } from '#shared/errors.ts';
import type { FrameFeed } from '#shared/frames/frame-socket.ts';
import type { CameraSet } from '../../camera/camera-set.ts';

/** Creates the feed; an unknown camera is told and then waited for. */
export function createFrameFeed(cameras: CameraSet): FrameFeed {
  return {
    open(request, subscriber) {
      const { cameraId } = request;
      if (!cameras.has(cameraId)) {
        subscriber.fail(
          new AppError('camera-not-found', `No camera ${cameraId} yet; frames follow when there is one`),
        );
      }
      return cameras.subscribe(cameraId, request, (picture) =>
        subscriber.deliver(picture.payload(request.encoding)),
      );
    },
  };
}
