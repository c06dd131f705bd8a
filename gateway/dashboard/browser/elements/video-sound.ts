/** The sound of a video, which starts muted, since browsers block unrequested sound. */

/** Watches one video. */
export class VideoSound {
  readonly #video: HTMLVideoElement;
  readonly #onChange: () => void;
  /** Sound of a video without a MediaStream. */
  #isTold = false;

  constructor(video: HTMLVideoElement, onChange: () => void) {
    this.#video = video;
    this.#onChange = onChange;
    video.addEventListener('playing', () => this.#listen());
    video.addEventListener('volumechange', onChange);
    video.addEventListener('emptied', () => {
      this.#isTold = false;
      onChange();
    });
  }

  /** Whether the video has sound. */
  get isThere(): boolean {
    return this.#isTold || this.#tracks().some(({ muted }) => !muted);
  }

  get isOn(): boolean {
    return !this.#video.muted;
  }

  /** Turns it on or off. */
  toggle(): void {
    this.#video.muted = !this.#video.muted;
  }

  /** The player reports sound. */
  announceSound(): void {
    this.#isTold = true;
    this.#onChange();
  }

  /** A track counts once it is unmuted: cameras without sound have one that stays silent. */
  #listen(): void {
    for (const track of this.#tracks()) {
      track.addEventListener('unmute', this.#onChange);
      track.addEventListener('mute', this.#onChange);
    }
    this.#onChange();
  }

  #tracks(): MediaStreamTrack[] {
    const { srcObject } = this.#video;
    return srcObject instanceof MediaStream ? srcObject.getAudioTracks() : [];
  }
}
