/** What the recorder of a camera does, in words for people. */
import type { CameraStatus } from '#shared/client/api-types.ts';
import type { ShownCamera } from './status.ts';

const PAUSED: Record<string, string> = {
  'storage-full': 'the disk is full; it goes on when there is space',
  'storage-unavailable': 'the disk cannot be written; it is tried again',
};

/** Empty while it is not known. @param camera its settings @param status as it is now */
export function recorderWords(
  { record, enabled }: Pick<ShownCamera, 'record' | 'enabled'>,
  status: CameraStatus | null | undefined,
): string {
  if (!enabled) return 'Off while the camera is';
  if (status === null || status === undefined) return '';
  const { state, reason = null } = status.recording ?? {};
  switch (state) {
    case undefined:
      return record === 'off' ? 'Off' : '';
    case 'recording':
      return 'Recording';
    case 'ready':
      return record === 'off' ? 'Clips of events only' : 'Waits for an event';
    case 'waiting':
      return 'Waits for pictures';
    case 'paused':
      return `Paused: ${PAUSED[reason ?? ''] ?? reason ?? 'the disk fails'}`;
    case 'unsupported':
      return `Not possible (${reason ?? 'video'})`;
  }
}
