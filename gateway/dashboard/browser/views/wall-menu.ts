/** The menu of the wall: size of tiles, groups, order, full screen. */
import { html, type TemplateResult } from 'lit-html';
import type { WallChoices } from '../wall-choices.ts';
import { DENSITIES, type Density } from '../wall-layout.ts';
import { switchField } from './form-parts.ts';
import { icon } from './icons.ts';
import { closeMenu, menu } from './menu.ts';

const NAMES: Readonly<Record<Density, string>> = { large: 'Large', medium: 'Medium', small: 'Small' };

/** What the menu changes. */
export interface WallMenu {
  density: Density;
  isGrouped: boolean;
  isArranging: boolean;
  onChoice(change: Partial<WallChoices>): void;
  onArrange(isOn: boolean): void;
  onFullScreen(): void;
}

/** The menu. */
export function wallMenu({ density, isGrouped, isArranging, ...on }: WallMenu): TemplateResult {
  const choice = (size: Density): TemplateResult => html`<label>
    <input type="radio" name="density" value=${size} .checked=${density === size} @change=${() => on.onChoice({ density: size })} />
    <span>${NAMES[size]}</span>
  </label>`;
  const fullScreen = (event: Event): void => {
    closeMenu(event);
    on.onFullScreen();
  };
  return menu(
    html`${icon('view')}<span class="button-name">View</span>`,
    'View',
    html`
      <fieldset class="segments"><legend class="visually-hidden">Size of the tiles</legend>${DENSITIES.map(choice)}</fieldset>
      ${switchField('Group by place', isGrouped, (isOn) => on.onChoice({ isGrouped: isOn }))}
      ${switchField('Arrange', isArranging, on.onArrange, 'Or drag a tile, or Alt and an arrow key.')}
      <button class="button" type="button" @click=${fullScreen}>${icon('full')}Full-screen wall</button>
    `,
  );
}
