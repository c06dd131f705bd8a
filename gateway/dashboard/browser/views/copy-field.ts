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

/** A longer text, with a button that copies it. @param label name of the text */
export function copyBlock(app: App, label: string, text: string): TemplateResult {
  const copy = async ({ currentTarget }: Event): Promise<void> => {
    const block = (currentTarget as Element).parentElement?.querySelector('pre');
    if (block == null) return;
    getSelection()?.selectAllChildren(block);
    app.announce(
      (await toClipboard(text)) ? `${label} copied` : `${label} is selected; copy it with the keyboard`,
    );
  };
  return html`<div class="copy-block">
    <pre tabindex="0" role="region" aria-label=${label}><code>${text}</code></pre>
    <button class="button" type="button" aria-label="Copy ${label}" @click=${copy}>${icon('copy')}Copy</button>
  </div>`;
}

/** Browsers give pages over plain HTTP no clipboard, but still the command. */
function copied(input: HTMLInputElement): Promise<boolean> {
  input.select();
  return toClipboard(input.value);
}

/** @param text what is selected */
async function toClipboard(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard === undefined) return document.execCommand('copy');
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function select({ currentTarget }: Event): void {
  (currentTarget as HTMLInputElement).select();
}
