/** Turns the sound of a video on and off; there only while the video has any. */

/** One switch for one video. Videos start silent, since browsers play no sound that nobody asked for. */
export class SoundSwitch {
  readonly element = document.createElement('button');
  readonly #video: HTMLVideoElement;
  /** Sound of a video that is no stream of tracks. */
  #isTold = false;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.element.type = 'button';
    this.element.className = 'button sound';
    this.element.addEventListener('click', () => {
      video.muted = !video.muted;
      this.#tell();
    });
    video.addEventListener('playing', () => this.#listen());
    video.addEventListener('emptied', () => {
      this.#isTold = false;
      this.#tell();
    });
    this.#tell();
  }

  /** The player says that its video has sound, until it plays another. */
  tellOfSound(): void {
    this.#isTold = true;
    this.#tell();
  }

  /** A track counts once something is heard on it: cameras without sound have one that stays silent. */
  #listen(): void {
    for (const track of this.#tracks()) {
      track.addEventListener('unmute', () => this.#tell());
      track.addEventListener('mute', () => this.#tell());
    }
    this.#tell();
  }

  #tracks(): MediaStreamTrack[] {
    const { srcObject } = this.#video;
    return srcObject instanceof MediaStream ? srcObject.getAudioTracks() : [];
  }

  #tell(): void {
    this.element.hidden = !this.#isTold && !this.#tracks().some(({ muted }) => !muted);
    this.element.textContent = this.#video.muted ? 'Sound on' : 'Sound off';
    this.element.setAttribute('aria-pressed', String(!this.#video.muted));
  }
}
