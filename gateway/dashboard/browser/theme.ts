/** Light or dark: the device's setting until the user chooses. */

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'theme';
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/** The user's choice. */
export function chosenTheme(): Theme {
  const stored = readStored();
  return THEMES.find((theme) => theme === stored) ?? 'auto';
}

/** Applies and stores the next choice. */
export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(chosenTheme()) + 1) % THEMES.length] as Theme;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Private windows may have no storage; the choice then lasts for this page.
  }
  document.documentElement.dataset.theme = next;
  return next;
}

/** Applies the stored choice. */
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
