/** Choices of a new key: scope, cameras, expiry; for an app by a QR code, or as text. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { App } from '../app-state.ts';
import { EXPIRIES, faultOf, type KeyDraft, SCOPES } from '../key-draft.ts';
import { selectField, switchField, textField } from './form-parts.ts';
import { icon } from './icons.ts';

export interface KeyFormOptions {
  app: App;
  draft: KeyDraft;
  isBusy: boolean;
  onChange: (change: Partial<KeyDraft>) => void;
  onPair: () => void;
  onCreate: () => void;
}

/** The form. */
export function keyForm({ app, draft, isBusy, onChange, onPair, onCreate }: KeyFormOptions): TemplateResult {
  const fault = faultOf(draft);
  const create = (event: Event): void => {
    event.preventDefault();
    onCreate();
  };
  return html`<form class="card form" aria-labelledby="new-key" @submit=${create}>
    <h2 id="new-key">New app or key</h2>
    <div class="fields two">
      ${selectField(
        {
          name: 'scope',
          label: 'It may',
          value: draft.scope,
          onInput: (scope) => onChange({ scope: scope as KeyDraft['scope'] }),
        },
        SCOPES,
      )}
      ${selectField(
        {
          name: 'expires',
          label: 'It expires',
          value: String(draft.days),
          onInput: (days) => onChange({ days: Number(days) }),
        },
        EXPIRIES,
      )}
    </div>
    ${switchField('For some cameras only', draft.isLimited, (isLimited) => onChange({ isLimited }), 'It sees no other camera, anywhere.')}
    ${draft.isLimited ? cameraChoice(app, draft, onChange) : nothing}
    <div class="key-ways">
      <div>
        <p class="field-hint">For an app on a phone or television, and for another browser:</p>
        <button class="button primary" type="button" ?disabled=${isBusy || fault !== undefined} @click=${onPair}>${icon('phone')}Show a QR code</button>
      </div>
      <div>
        ${textField({
          name: 'key-name',
          label: 'Or a key to copy, named',
          value: draft.name,
          placeholder: 'Home Assistant',
          onInput: (name) => onChange({ name }),
        })}
        <button class="button" type="submit" ?disabled=${isBusy || fault !== undefined || draft.name.trim() === ''}>${icon('add')}Create a key</button>
      </div>
    </div>
  </form>`;
}

function cameraChoice(
  { state: { gateway } }: App,
  draft: KeyDraft,
  onChange: KeyFormOptions['onChange'],
): TemplateResult {
  const { cameras } = draft;
  const fault = faultOf(draft);
  const toggle = (id: string, isChosen: boolean): void => {
    const chosen = new Set(cameras);
    if (isChosen) chosen.add(id);
    else chosen.delete(id);
    onChange({ cameras: chosen });
  };
  return html`<fieldset class="camera-choice">
    <legend>Cameras</legend>
    ${gateway.ids.map((id) =>
      switchField(gateway.cameras.get(id)?.name ?? id, cameras.has(id), (isChosen) => toggle(id, isChosen)),
    )}
    ${fault === undefined ? nothing : html`<p class="field-hint" role="status">${fault}</p>`}
  </fieldset>`;
}
