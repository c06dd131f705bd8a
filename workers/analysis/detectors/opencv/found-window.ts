/** What the threads of OpenCV answer with. */

/** A part of a picture that looks like what is looked for, pixels. */
export interface FoundWindow {
  left: number;
  top: number;
  width: number;
  height: number;
  /** How sure the detector is, in numbers of its own: the more the surer. */
  weight: number;
}
