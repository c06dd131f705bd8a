/** Light or dark: as the device has it, until somebody chooses. */

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'theme';
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/** What was chosen. */
export function chosenTheme(): Theme {
  const stored = readStored();
  return THEMES.find((theme) => theme === stored) ?? 'auto';
}

/** The one after it, applied and remembered. */
export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(chosenTheme()) + 1) % THEMES.length] as Theme;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Private windows may have no storage; the choice then lasts as long as the page.
  }
  document.documentElement.dataset.theme = next;
  return next;
}

/** Applies what was chosen before. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = chosenTheme();
}

function readStored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return document.documentElement.dataset.theme ?? null;
  }
}
