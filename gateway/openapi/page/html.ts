/** HTML as text, with everything that is put into it made harmless. */

/** Finished HTML. */
export interface Html {
  html: string;
}

type Part = Html | string | number | undefined | readonly Part[];

/** A template tag: texts are escaped, finished HTML and lists of it are not. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return {
    html: strings.map((text, index) => `${text}${index < parts.length ? write(parts[index]) : ''}`).join(''),
  };
}

function write(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return 'html' in part ? part.html : part.map(write).join('');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** What descriptions use of CommonMark: paragraphs, lists with dashes, and code between backticks. */
export function prose(text = ''): Html[] {
  return text.split(/\n{2,}/).flatMap((block) => {
    if (block.trim() === '') return [];
    if (!block.startsWith('- ')) return [html`<p>${inline(block)}</p>`];
    const items = block.split('\n').map((line) => html`<li>${inline(line.slice(2))}</li>`);
    return [html`<ul>${items}</ul>`];
  });
}

/** One line of it. */
export function inline(text = ''): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
