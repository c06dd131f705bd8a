/** A button with a panel below it. */
import { html, type TemplateResult } from 'lit-html';

/** Closes by Escape, and when something outside is used. @param label name of the button for screen readers */
export function menu(button: unknown, label: string, content: unknown, style = 'button'): TemplateResult {
  return html`<details class="menu" @toggle=${onToggle} @keydown=${onKey}>
    <summary class=${style} aria-label=${label} title=${label}>${button}</summary>
    <div class="menu-panel">${content}</div>
  </details>`;
}

/** Closes the menu that an event happened in. */
export function closeMenu({ target }: Event): void {
  (target as Element).closest('details')?.removeAttribute('open');
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== 'Escape') return;
  const details = event.currentTarget as HTMLDetailsElement;
  if (!details.open) return;
  event.stopPropagation();
  details.open = false;
  details.querySelector('summary')?.focus();
}

function onToggle(event: Event): void {
  const details = event.currentTarget as HTMLDetailsElement;
  if (!details.open) return;
  const ending = new AbortController();
  details.addEventListener('toggle', () => ending.abort(), { once: true });
  const close = ({ target }: Event): void => {
    if (!details.contains(target as Node)) details.open = false;
  };
  for (const type of ['pointerdown', 'focusin'])
    document.addEventListener(type, close, { signal: ending.signal });
}
