/** Light or dark, and the end of the session. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { chooseTheme, chosenTheme, THEMES, type Theme } from '../theme.ts';
import { icon } from './icons.ts';
import { pageHead } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const NAMES: Record<Theme, string> = { auto: 'System theme', light: 'Light', dark: 'Dark' };

/** `<appearance-page>`. */
export class AppearancePage extends ViewElement {
  protected view(): TemplateResult {
    return html`${pageHead('Appearance')}
      <section class="card form">
        <fieldset class="segments">
          <legend class="visually-hidden">Theme</legend>
          ${THEMES.map((theme) => this.#choice(theme))}
        </fieldset>
        <p class="muted">Kept in this browser.</p>
      </section>
      ${this.app.hasSession ? this.#signOut() : nothing}`;
  }

  #choice(theme: Theme): TemplateResult {
    const choose = (): void => {
      chooseTheme(theme);
      this.draw();
    };
    return html`<label><input type="radio" name="theme" value=${theme} .checked=${chosenTheme() === theme} @change=${choose} />
      <span>${NAMES[theme]}</span></label>`;
  }

  /** The navigation of a phone has no room for it. */
  #signOut(): TemplateResult {
    return html`<p class="phone-only">
      <button class="button" type="button" @click=${() => void this.app.signOut()}>${icon('leave')}Sign out</button>
    </p>`;
  }
}

export const ELEMENTS = { 'appearance-page': AppearancePage };
