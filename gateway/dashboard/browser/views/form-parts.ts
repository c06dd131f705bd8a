/** Form fields: label, input, help, error. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { CameraDraft } from '../camera-draft.ts';

/** One field. */
export interface FieldOptions {
  name: string;
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: string;
  hint?: string | undefined;
  placeholder?: string;
  /** Error text. */
  error?: string | undefined;
  required?: boolean;
  inputMode?: string;
  autocomplete?: string;
}

/** A text field; screen readers read its error with it. */
export function textField(options: FieldOptions): TemplateResult {
  const {
    name,
    label,
    value,
    onInput,
    type = 'text',
    hint,
    placeholder = '',
    error,
    required = false,
  } = options;
  const described = [hint === undefined ? '' : `${name}-hint`, error === undefined ? '' : `${name}-error`];
  return html`<div class="field" data-field=${name}>
    <label for=${name}>${label}${required ? nothing : nothing}</label>
    <input
      id=${name} name=${name} type=${type} placeholder=${placeholder} ?required=${required}
      autocomplete=${options.autocomplete ?? 'off'} inputmode=${options.inputMode ?? 'text'}
      autocapitalize="off" spellcheck="false"
      aria-invalid=${error === undefined ? 'false' : 'true'}
      aria-describedby=${described.join(' ').trim() || nothing}
      .value=${value}
      @input=${(event: Event) => onInput((event.target as HTMLInputElement).value)}
    />
    ${hint === undefined ? nothing : html`<p class="field-hint" id="${name}-hint">${hint}</p>`}
    ${fieldError(name, error)}
  </div>`;
}

/** A select. */
export function selectField(
  { name, label, value, onInput, hint, error }: FieldOptions,
  choices: readonly (readonly [string, string])[],
): TemplateResult {
  return html`<div class="field" data-field=${name}>
    <label for=${name}>${label}</label>
    <select id=${name} name=${name} aria-invalid=${error === undefined ? 'false' : 'true'}
      @change=${(event: Event) => onInput((event.target as HTMLSelectElement).value)}>
      ${choices.map(([key, text]) => html`<option value=${key} ?selected=${key === value}>${text}</option>`)}
    </select>
    ${hint === undefined ? nothing : html`<p class="field-hint" id="${name}-hint">${hint}</p>`}
    ${fieldError(name, error)}
  </div>`;
}

/** A checkbox with a description. */
export function switchField(
  label: string,
  isOn: boolean,
  onChange: (isOn: boolean) => void,
  hint?: string,
): TemplateResult {
  return html`<label class="switch">
    <input type="checkbox" .checked=${isOn} @change=${(event: Event) => onChange((event.target as HTMLInputElement).checked)} />
    <span>${label}${hint === undefined ? nothing : html`<span class="field-hint">${hint}</span>`}</span>
  </label>`;
}

function fieldError(name: string, error: string | undefined): TemplateResult | typeof nothing {
  return error === undefined ? nothing : html`<p class="field-error" id="${name}-error">${error}</p>`;
}

const RECORD = [
  ['off', 'Off: clips of events only'],
  ['events', 'Events'],
  ['motion', 'Motion'],
  ['always', 'Always'],
] as const;

/** Fields of the draft that say it. */
export type RecordField = 'record' | 'keepHours' | 'keepSeconds';

/** What is recorded of a camera, and for how long. @param errorOf of a field of the request */
export function recordFields(
  { record, keepHours, keepSeconds }: CameraDraft,
  set: (name: RecordField, value: string) => void,
  errorOf: (name: string) => string | undefined,
): TemplateResult {
  const onRecord = (value: string): void => set('record', value);
  const keep = { name: 'keep', inputMode: 'numeric', error: errorOf('keep') } as const;
  return html`<div class="fields two">
    ${selectField({ name: 'record', label: 'Record', value: record, onInput: onRecord, error: errorOf('record') }, RECORD)}
    ${
      record === 'off'
        ? textField({
            ...{ ...keep, label: 'Seconds in memory', placeholder: 'as usual', value: keepSeconds },
            hint: 'For clips of events. Empty: 20 where events are looked for, else none.',
            onInput: (value) => set('keepSeconds', value),
          })
        : textField({
            ...{ ...keep, label: 'Keep for hours', placeholder: '24', value: keepHours },
            onInput: (value) => set('keepHours', value),
          })
    }
  </div>`;
}
