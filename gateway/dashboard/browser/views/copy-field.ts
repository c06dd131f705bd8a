/** A text to be copied. */
import { html, type TemplateResult } from 'lit-html';
import type { App } from '../app-state.ts';
import { icon } from './icons.ts';

/** The text in a field, with a button that copies it. @param label name of the text */
export function copyField(app: App, label: string, text: string): TemplateResult {
  const copy = async ({ currentTarget }: Event): Promise<void> => {
    const input = (currentTarget as Element).parentElement?.querySelector('input');
    if (input == null) return;
    app.announce(
      (await copied(input)) ? `${label} copied` : `${label} is selected; copy it with the keyboard`,
    );
  };
  return html`<div class="copy-field">
    <input type="text" readonly aria-label=${label} .value=${text} @focus=${select} />
    <button class="button" type="button" @click=${copy}>${icon('copy')}Copy</button>
  </div>`;
}

/** Browsers give pages over plain HTTP no clipboard, but still the command. */
async function copied(input: HTMLInputElement): Promise<boolean> {
  input.select();
  try {
    if (navigator.clipboard === undefined) return document.execCommand('copy');
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    return false;
  }
}

function select({ currentTarget }: Event): void {
  (currentTarget as HTMLInputElement).select();
}
