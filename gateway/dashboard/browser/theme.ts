/** Light or dark: the device's setting until the user chooses. */

export type Theme = 'auto' | 'light' | 'dark';

export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
const KEY = 'theme';

/** The user's choice. */
export function chosenTheme(): Theme {
  const stored = readStored();
  return THEMES.find((theme) => theme === stored) ?? 'auto';
}

/** Applies and stores a choice. */
export function chooseTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Private windows may have no storage; the choice then lasts for this page.
  }
  document.documentElement.dataset.theme = theme;
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
