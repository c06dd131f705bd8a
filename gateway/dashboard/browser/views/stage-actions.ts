/** What the controls of a picture do. */

/** Full screen for videos only, as iPhones have it. */
interface PhoneVideo {
  webkitEnterFullscreen?: () => void;
}

/** `front-door_2026-11-30_05-31-02.jpg`, in the time of this device. */
export function snapshotName(camera: string, at: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('-');
  const words = camera.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['camera'];
  return `${words.join('-')}_${day}_${time}.jpg`;
}

/** The key of a shortcut; empty while the user types, moves a camera or uses a menu. */
export function stageKey({ key, target, altKey, ctrlKey, metaKey }: KeyboardEvent): string {
  if (altKey || ctrlKey || metaKey) return '';
  const isElsewhere =
    target instanceof Element &&
    target.closest('input, select, textarea, details[open], ptz-panel, ptz-acts');
  if (isElsewhere) return '';
  return key.length === 1 ? key.toLowerCase() : key;
}

/** Enters or leaves full screen. */
export function toggleFullScreen(stage: Element | null, video: HTMLVideoElement | undefined): void {
  if (document.fullscreenElement !== null && document.fullscreenElement !== undefined)
    void document.exitFullscreen();
  else if (document.fullscreenEnabled) void stage?.requestFullscreen().catch(() => {});
  else (video as PhoneVideo | undefined)?.webkitEnterFullscreen?.();
}

/** Shows the video in a window above others, or takes it back. */
export async function togglePictureInPicture(video: HTMLVideoElement | undefined): Promise<void> {
  try {
    if (document.pictureInPictureElement !== null) await document.exitPictureInPicture();
    else await video?.requestPictureInPicture();
  } catch {
    // The video ended meanwhile, or the browser does not allow it now.
  }
}
