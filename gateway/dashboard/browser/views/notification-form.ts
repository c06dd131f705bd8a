/** The form of a notification: its target, what it tells of, and when. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { NoticeKind } from '#shared/client/api-types.ts';
import type { GatewayError } from '#shared/client/gateway-error.ts';
import type { App } from '../app-state.ts';
import { KIND_WORDS, type NotificationDraft, TYPES } from '../notification-draft.ts';
import { type FieldOptions, selectField, textField } from './form-parts.ts';

export interface NotificationFormOptions {
  app: App;
  draft: NotificationDraft;
  isBusy: boolean;
  error: GatewayError | undefined;
  onChange: (change: Partial<NotificationDraft>) => void;
  onSave: () => void;
  onCancel: () => void;
}

const OF_NO_CAMERA = /^(worker|agent|disk)-/;

type TextName = Exclude<keyof NotificationDraft, 'id' | 'kinds' | 'cameras'>;

/** Names of the gateway's fields in the form. */
export function fieldOf(field: string | undefined): string {
  const parts = (field ?? '').split('.');
  return (parts[0] === 'target' ? parts[1] : parts[0]) ?? '';
}

/** The form. */
export function notificationForm(options: NotificationFormOptions): TemplateResult {
  const { draft, isBusy, onSave, onCancel } = options;
  const save = (event: Event): void => {
    event.preventDefault();
    onSave();
  };
  const isNew = draft.id === undefined;
  return html`<form class="card form" novalidate aria-labelledby="notification-form" @submit=${save}>
    <h2 id="notification-form">${isNew ? 'New notification' : `Edit ${draft.name}`}</h2>
    ${textField({ ...field(options, 'name', 'Name'), placeholder: 'My phone' })}
    ${
      isNew
        ? selectField(field(options, 'kind', 'Tell'), [
            ['webhook', 'A webhook'],
            ['ntfy', 'An ntfy topic'],
            ['email', 'E-mail'],
          ])
        : nothing
    }
    ${target(options)} ${what(options)} ${when(options)}
    <div class="card-actions">
      <button class="button primary" type="submit" ?disabled=${isBusy}>${isBusy ? 'Saving…' : 'Save'}</button>
      <button class="button quiet" type="button" @click=${onCancel}>Cancel</button>
    </div>
  </form>`;
}

function target(options: NotificationFormOptions): TemplateResult | typeof nothing {
  const { draft } = options;
  const isNew = draft.id === undefined;
  const kept = isNew ? undefined : 'Empty: as it is.';
  if (draft.kind === 'push') return nothing;
  if (draft.kind === 'email')
    return textField({
      ...field(options, 'to', 'Addresses'),
      placeholder: 'you@example.org',
      inputMode: 'email',
      hint: 'Several are separated by commas. Messages have the picture, and links to it and to the clip.',
    });
  if (draft.kind === 'ntfy')
    return html`
      ${textField({ ...field(options, 'server', 'Server'), inputMode: 'url' })}
      ${textField({ ...field(options, 'topic', 'Topic'), hint: 'On a public server, choose a name that is hard to guess.' })}
      ${textField({ ...field(options, 'token', 'Access token'), type: 'password', hint: kept ?? 'Empty: none.' })}
    `;
  return html`
    ${textField({ ...field(options, 'url', 'Address'), placeholder: 'https://', inputMode: 'url', hint: kept })}
    ${textArea(field(options, 'headers', 'Further headers'), kept ?? 'One per line, such as Authorization: Bearer …')}
    ${textArea(field(options, 'template', 'Body'), 'Empty: all facts as JSON. {{title}}, {{message}}, {{camera}}, {{kind}}, {{picture}}, {{url}} and others stand for facts of the notice.')}
    ${draft.template === '' ? nothing : selectField(field(options, 'contentType', 'Type of the body'), TYPES)}
  `;
}

function what(options: NotificationFormOptions): TemplateResult {
  const { app, draft, onChange } = options;
  const cameras = [...app.state.gateway.cameras.values()];
  const all = Object.entries(KIND_WORDS) as [NoticeKind, string][];
  // Who may see some cameras only is told of nothing else.
  const kinds = app.isLimited ? all.filter(([kind]) => !OF_NO_CAMERA.test(kind)) : all;
  return html`
    ${choice('Tell of', kinds, draft.kinds, (chosen) => onChange({ kinds: chosen }))}
    <p class="field-hint">With none chosen, only actions of watches are told.</p>
    ${cameras.length === 0 ? nothing : cameraChoice(cameras, options)}
    <div class="fields two">
      ${textField({ ...field(options, 'labels', 'Only these labels'), placeholder: 'person, dog' })}
      ${textField({ ...field(options, 'zones', 'Only in these zones'), placeholder: 'Drive' })}
    </div>
  `;
}

function cameraChoice(
  cameras: readonly { id: string; name: string }[],
  { draft, onChange }: NotificationFormOptions,
): TemplateResult {
  return html`
    ${choice(
      'Only of these cameras',
      cameras.map(({ id, name }) => [id, name] as const),
      draft.cameras,
      (chosen) => onChange({ cameras: chosen }),
    )}
    <p class="field-hint">With none chosen, all cameras are told of.</p>
  `;
}

function when(options: NotificationFormOptions): TemplateResult {
  return html`
    ${textField({ ...field(options, 'quiet', 'Quiet hours'), placeholder: '22:00-07:00', hint: 'What happens then is told together when they end. Several: sat, sun 22:00-09:00; 12:00-13:00' })}
    ${textField({ ...field(options, 'times', 'Only at these times'), placeholder: 'mon, tue 08:00-18:00', hint: 'What happens at other times is not told.' })}
    <div class="fields two">
      ${textField({ ...field(options, 'groupSeconds', 'One notice of a camera in, seconds'), inputMode: 'numeric', hint: '0: each event by itself.' })}
      ${textField({ ...field(options, 'afterSeconds', 'Away counts after, seconds'), inputMode: 'numeric' })}
    </div>
  `;
}

function field(
  { draft, error, onChange }: NotificationFormOptions,
  name: TextName,
  label: string,
): FieldOptions {
  const isWrong = error !== undefined && fieldOf(error.field) === name;
  return {
    name,
    label,
    value: draft[name],
    error: isWrong ? error.message : undefined,
    onInput: (value) => onChange({ [name]: value }),
  };
}

function textArea({ name, label, value, onInput, error }: FieldOptions, hint: string): TemplateResult {
  const described = `${name}-hint${error === undefined ? '' : ` ${name}-error`}`;
  return html`<div class="field" data-field=${name}>
    <label for=${name}>${label}</label>
    <textarea id=${name} name=${name} rows="3" spellcheck="false" aria-invalid=${error === undefined ? 'false' : 'true'}
      aria-describedby=${described} .value=${value}
      @input=${(event: Event) => onInput((event.target as HTMLTextAreaElement).value)}></textarea>
    <p class="field-hint" id="${name}-hint">${hint}</p>
    ${error === undefined ? nothing : html`<p class="field-error" id="${name}-error">${error}</p>`}
  </div>`;
}

function choice<T extends string>(
  legend: string,
  all: readonly (readonly [T, string])[],
  chosen: readonly T[],
  onChange: (chosen: T[]) => void,
): TemplateResult {
  const toggle = (value: T, isOn: boolean): void =>
    onChange(isOn ? [...chosen, value] : chosen.filter((one) => one !== value));
  return html`<fieldset class="camera-choice">
    <legend>${legend}</legend>
    ${all.map(
      ([value, text]) => html`<label class="switch">
        <input type="checkbox" .checked=${chosen.includes(value)} @change=${(event: Event) => toggle(value, (event.target as HTMLInputElement).checked)} />
        <span>${text}</span>
      </label>`,
    )}
  </fieldset>`;
}
