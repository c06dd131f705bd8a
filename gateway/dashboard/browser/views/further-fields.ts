/** The part of the form for the other streams of a camera. */
import { html, type TemplateResult } from 'lit-html';
import type { CameraDraft } from '../camera-draft.ts';

/** Draws one field of the form. */
type DrawField = (
  name: 'subUrl' | 'stillUrl',
  label: string,
  options: { placeholder: string; inputMode: 'url'; hint: string },
) => TemplateResult;

/** Folded up while both are empty. */
export function furtherFields({ subUrl, stillUrl }: CameraDraft, draw: DrawField): TemplateResult {
  return html`<details class="more" ?open=${subUrl !== '' || stillUrl !== ''}>
    <summary>Other streams of the camera</summary>
    <div class="fields">
      ${draw('subUrl', 'Smaller stream', {
        placeholder: 'rtsp://192.168.1.20/2',
        inputMode: 'url',
        hint: 'For small pictures and detection. Uses the same user name and password unless it names others.',
      })}
      ${draw('stillUrl', 'Still picture', {
        placeholder: 'http://192.168.1.20/snap.jpg',
        inputMode: 'url',
        hint: 'Shown while no stream is live.',
      })}
    </div>
  </details>`;
}
