/** Turns a video's sound on and off; shown only if the video has sound. */

/** Switch for one video. Videos start muted, since browsers block unrequested sound. */
export class SoundSwitch {
  readonly element = document.createElement('button');
  readonly #video: HTMLVideoElement;
  /** Sound of a video without a MediaStream. */
  #isTold = false;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.element.type = 'button';
    this.element.className = 'button sound';
    this.element.addEventListener('click', () => {
      video.muted = !video.muted;
      this.#notify();
    });
    video.addEventListener('playing', () => this.#listen());
    video.addEventListener('emptied', () => {
      this.#isTold = false;
      this.#notify();
    });
    this.#notify();
  }

  /** Shows the switch: the player reports sound. */
  announceSound(): void {
    this.#isTold = true;
    this.#notify();
  }

  /** A track counts once it is unmuted: cameras without sound have one that stays silent. */
  #listen(): void {
    for (const track of this.#tracks()) {
      track.addEventListener('unmute', () => this.#notify());
      track.addEventListener('mute', () => this.#notify());
    }
    this.#notify();
  }

  #tracks(): MediaStreamTrack[] {
    const { srcObject } = this.#video;
    return srcObject instanceof MediaStream ? srcObject.getAudioTracks() : [];
  }

  #notify(): void {
    this.element.hidden = !this.#isTold && !this.#tracks().some(({ muted }) => !muted);
    this.element.textContent = this.#video.muted ? 'Sound on' : 'Sound off';
    this.element.setAttribute('aria-pressed', String(!this.#video.muted));
  }
}
