/** The worker's end of the gateway's link: many subscriptions on one socket (shared/frames/link.ts). */
import type { WebSocket } from 'ws';
import { encodeLinkHeader, linkMessageSchema } from '#shared/frames/link.ts';
import type { FrameRequest } from '#shared/frames/subscription.ts';
import type { Logger } from '#shared/logger.ts';
import { parseJson } from '#shared/parse-json.ts';
import type { CameraSet } from '../../camera/camera-set.ts';
import type { Picture } from '../../pictures/picture.ts';
import { LinkPace } from './link-pace.ts';

/** A gateway that reads slower than this much behind gets newest frames only. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** Serves one link until its socket closes. */
export function serveLink(socket: WebSocket, { cameras, log }: { cameras: CameraSet; log: Logger }): void {
  const subscriptions = new Map<number, { close(): void }>();
  let pace: LinkPace | undefined;
  socket.on('pong', () => pace?.roundTrip());
  socket.on('error', (error) => log.debug({ err: error }, 'link failed'));
  socket.on('close', () => {
    for (const subscription of subscriptions.values()) subscription.close();
    subscriptions.clear();
  });
  socket.on('message', (data) => {
    const message = linkMessageSchema.safeParse(parseJson(data.toString()));
    if (!message.success) {
      log.error({ issue: message.error.issues[0]?.message }, 'the gateway sent a bad link message');
      return;
    }
    const order = message.data;
    if (order.op === 'ack') return pace?.acknowledge();
    if (order.op === 'pace') {
      pace = new LinkPace({ ping: () => socket.ping() });
      return;
    }
    subscriptions.get(order.id)?.close();
    subscriptions.delete(order.id);
    pace?.drop(order.id);
    if (order.op === 'open') {
      const { id, request } = order;
      subscriptions.set(id, openSubscription(socket, { cameras, pace }, id, request));
    }
  });
}

function openSubscription(
  socket: WebSocket,
  { cameras, pace }: { cameras: CameraSet; pace: LinkPace | undefined },
  id: number,
  request: FrameRequest,
): { close(): void } {
  return cameras.subscribe(request.cameraId, request, (picture) => {
    const isDropped =
      pace === undefined
        ? socket.bufferedAmount > MAX_BUFFERED_BYTES
        : pace.offer(id, () => send(socket, id, picture, request));
    if (isDropped && cameras.has(request.cameraId)) cameras.get(request.cameraId).counters.drops += 1;
    if (!isDropped && pace === undefined) send(socket, id, picture, request);
  });
}

function send(socket: WebSocket, id: number, picture: Picture, { encoding }: FrameRequest): void {
  const payload = picture.payload(encoding);
  // Two fragments of one message: the payload is shared by all subscriptions and not copied behind each header.
  socket.send(encodeLinkHeader(id, payload.binary), { binary: true, fin: false });
  socket.send(payload.data, { binary: true, fin: true });
}
