/** Adds or edits a camera, with a connection test. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { GatewayError } from '#shared/client/gateway-error.ts';
import {
  type CameraDraft,
  changesOf,
  creationOf,
  type DraftKind,
  draftOf,
  faultOf,
  newDraft,
} from '../camera-draft.ts';
import { type CameraTestAnswer, testCamera } from '../camera-test.ts';
import { codecName } from '../format.ts';
import { hrefOf } from '../router.ts';
import { AgentChoice, cameraPlace } from './camera-place.ts';
import { type RecordField, recordFields, selectField, switchField, textField } from './form-parts.ts';
import { furtherFields } from './further-fields.ts';
import { icon } from './icons.ts';
import { emptyState, pageHead, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const KINDS: [DraftKind, string][] = [
  ['address', 'IP address'],
  ['url', 'Stream URL'],
  ['video', 'Video file'],
];

/** `<camera-form>`. */
export class CameraForm extends ViewElement {
  #draft: CameraDraft = newDraft();
  /** The camera when the form opened; undefined for a new one. */
  #before: CameraDraft | undefined;
  #work: 'none' | 'saving' | 'testing' = 'none';
  #error: GatewayError | undefined;
  #result: CameraTestAnswer | undefined;
  #ending = new AbortController();

  protected override entered(): void {
    this.#ending = new AbortController();
    this.updated();
  }

  protected override left(): void {
    this.#ending.abort();
  }

  /** The page may open before the first state arrives. */
  protected override updated(): void {
    const { route, gateway } = this.app.state;
    const camera = route.page === 'edit' ? gateway.cameras.get(route.cameraId) : undefined;
    if (camera === undefined || this.#before?.id === camera.id) return;
    this.#before = draftOf(camera);
    this.#draft = draftOf(camera);
  }

  protected view(): TemplateResult {
    const { route, hasState } = this.app.state;
    const isEdit = route.page === 'edit';
    if (isEdit && this.#before === undefined) {
      if (!hasState) return html`${pageHead('Edit camera')}`;
      return html`${pageHead('Edit camera')}${emptyState('cameras', 'There is no such camera', 'It may have been removed meanwhile.')}`;
    }
    const back = isEdit ? hrefOf('camera', route.cameraId) : hrefOf('add');
    return html`
      <a class="back-link" href=${back}>${icon('back')}${isEdit ? this.#before?.name : 'Find the stream instead'}</a>
      ${pageHead(isEdit ? 'Edit camera' : 'Add camera')}
      <form class="card form" novalidate @submit=${(event: Event) => void this.#save(event)}>
        ${isEdit ? nothing : this.#kindChoice()}
        ${this.#draft.kind === 'video' && !isEdit ? this.#videoNote() : this.#fields()}
        ${this.#outcome()}
        ${this.#draft.kind === 'video' && !isEdit ? nothing : this.#buttons(back)}
      </form>
    `;
  }

  #kindChoice(): TemplateResult {
    return html`<fieldset class="segments"><legend class="visually-hidden">How the camera is reached</legend>
      ${KINDS.map(
        ([
          kind,
          name,
        ]) => html`<label><input type="radio" name="kind" value=${kind} .checked=${this.#draft.kind === kind}
          @change=${() => this.#set('kind', kind)} /><span>${name}</span></label>`,
      )}
    </fieldset>`;
  }

  #videoNote(): TemplateResult {
    return html`<p>Upload a recording and play it in a loop as a camera.</p>
      <p><a class="button primary" href=${hrefOf('upload')}>${icon('upload')}Upload a video</a></p>`;
  }

  #fields(): TemplateResult {
    const isEdit = this.#before !== undefined;
    return html`
      <div class="fields two">
        ${this.#text('name', 'Name', { placeholder: 'Front door' })}
        ${this.#text('location', 'Place', { placeholder: 'North side' })}
      </div>
      ${this.#draft.kind === 'address' ? this.#addressFields() : nothing}
      ${this.#draft.kind === 'url' ? this.#urlFields() : nothing}
      ${this.#draft.kind === 'video' ? nothing : furtherFields(this.#draft, (name, label, options) => this.#text(name, label, options))}
      ${cameraPlace(
        this.app,
        this.#draft,
        (name, value) => this.#set(name, value),
        (name) => this.#errorOf(name),
      )}
      <fieldset class="group"><legend>Detect</legend><div class="switches">
        ${this.#analysis('motion', 'Motion')}${this.#analysis('persons', 'People')}${this.#analysis('faces', 'Faces')}${this.#analysis('cameraEvents', 'What the camera itself finds (ONVIF)')}
      </div></fieldset>
      ${recordFields(this.#draft, this.#setField, (name) => this.#errorOf(name))}
      ${
        isEdit
          ? switchField(
              'Keep connected',
              this.#draft.enabled,
              (isOn) => this.#set('enabled', isOn),
              'Off: the camera stays in the list but is not connected.',
            )
          : html`<details class="more"><summary>More</summary>
            ${this.#text('id', 'Camera id', { hint: 'Letters, digits, dots and dashes. Generated if empty.' })}
          </details>`
      }
    `;
  }

  #addressFields(): TemplateResult {
    const passwordHint = this.#before === undefined ? undefined : 'Leave empty to keep the saved password.';
    return html`
      <div class="fields address">
        ${this.#text('ip', 'IP or host name', { placeholder: '192.168.1.20', required: true, inputMode: 'url' })}
        ${this.#text('port', 'RTSP port', { inputMode: 'numeric' })}
      </div>
      <div class="fields two">
        ${this.#text('username', 'User name')}
        ${this.#text('password', 'Password', { type: 'password', hint: passwordHint, autocomplete: 'new-password' })}
      </div>
      <div class="fields two">
        ${this.#text('streamPath', 'Stream path', { hint: 'As in the manual of the camera, such as /1 or /Streaming/Channels/101.' })}
        ${this.#transport()}
      </div>
      ${switchField('Encrypted (RTSPS)', this.#draft.secure, (isOn) => this.#set('secure', isOn))}
    `;
  }

  #urlFields(): TemplateResult {
    return html`<div class="fields">
      ${this.#text('url', 'Address of the stream', {
        placeholder: 'rtsp://user:password@192.168.1.20:554/1',
        required: true,
        inputMode: 'url',
        hint: 'rtsp, rtsps, or http and https for MJPEG and still pictures. User name and password may hold any character.',
      })}
      ${this.#transport()}
    </div>`;
  }

  #transport(): TemplateResult {
    const onInput = (value: string): void => this.#set('transport', value);
    return selectField(
      {
        name: 'transport',
        label: 'Transport',
        value: this.#draft.transport,
        onInput,
        error: this.#errorOf('transport'),
      },
      [
        ['tcp', 'TCP (usual)'],
        ['udp', 'UDP'],
      ],
    );
  }

  #text(
    name: Exclude<keyof CameraDraft, 'kind' | 'transport' | 'secure' | 'video' | 'enabled' | 'analysis'>,
    label: string,
    options: Partial<Parameters<typeof textField>[0]> = {},
  ): TemplateResult {
    const onInput = (value: string): void => this.#set(name, value);
    return textField({
      ...options,
      name,
      label,
      value: this.#draft[name],
      onInput,
      error: this.#errorOf(name),
    });
  }

  #analysis(kind: 'motion' | 'persons' | 'faces' | 'cameraEvents', label: string): TemplateResult {
    return switchField(label, this.#draft.analysis[kind] === true, (isOn) =>
      this.#set('analysis', { ...this.#draft.analysis, [kind]: isOn }),
    );
  }

  readonly #setField = (name: RecordField, value: string): void => this.#set(name, value);

  #set<K extends keyof CameraDraft>(name: K, value: CameraDraft[K]): void {
    this.#draft = { ...this.#draft, [name]: value };
    // An error concerns the previous input.
    if (name === 'kind' || this.#fieldAtFault() === name) this.#error = undefined;
    this.#result = undefined;
    this.draw();
  }

  /** The form field for a fault: a URL has no fields for its parts. */
  #fieldAtFault(): string | undefined {
    const field = this.#error?.field;
    const isShown = field !== undefined && this.querySelector(`[data-field="${CSS.escape(field)}"]`) !== null;
    if (isShown || field === undefined) return field;
    return this.#draft.kind === 'url' && this.#error?.code !== 'invalid-field' ? 'url' : undefined;
  }

  #errorOf(name: string): string | undefined {
    const error = this.#error;
    if (error === undefined || this.#fieldAtFault() !== name) return undefined;
    const sentence = error.message.replace(new RegExp(`^${name}:? `), '');
    return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${error.hint === undefined ? '' : `. ${error.hint}`}`;
  }

  #outcome(): TemplateResult | typeof nothing {
    const result = this.#result;
    if (result !== undefined) {
      return html`<p class="success" role="status"><strong>It works.</strong>
        ${codecName(result.codec)}, ${result.width} × ${result.height}, first picture after ${(result.ms / 1000).toFixed(1)} s.</p>`;
    }
    if (this.#error === undefined || this.#fieldAtFault() !== undefined) return nothing;
    return problem(this.#error.message, this.#error.hint);
  }

  #buttons(back: string): TemplateResult {
    const isBusy = this.#work !== 'none';
    return html`<div class="form-buttons">
      <button class="button primary" ?disabled=${isBusy}>${this.#work === 'saving' ? 'Saving…' : 'Save'}</button>
      <button class="button" type="button" ?disabled=${isBusy} @click=${() => void this.#test()}>
        ${this.#work === 'testing' ? 'Testing…' : 'Test connection'}
      </button>
      <a class="button quiet" href=${back}>Cancel</a>
    </div>`;
  }

  async #save(event: Event): Promise<void> {
    event.preventDefault();
    const before = this.#before;
    await this.#try('saving', async () => {
      const { cameras } = this.app.client;
      if (before === undefined) {
        const { id, name } = await cameras.create(creationOf(this.#draft));
        this.app.announce(`${name} was added`);
        location.hash = hrefOf('camera', id);
        return;
      }
      const changes = changesOf(this.#draft, before);
      if (Object.keys(changes).length > 0) await cameras.update(before.id, changes);
      this.app.announce('Saved');
      location.hash = hrefOf('camera', before.id);
    });
  }

  async #test(): Promise<void> {
    const before = this.#before;
    await this.#try('testing', async () => {
      const body =
        before === undefined ? creationOf(this.#draft) : { id: before.id, ...changesOf(this.#draft, before) };
      this.#result = await testCamera(this.app.base, body, this.#ending.signal);
    });
  }

  async #try(work: 'saving' | 'testing', run: () => Promise<void>): Promise<void> {
    if (this.#work !== 'none') return;
    this.#work = work;
    this.#error = undefined;
    this.#result = undefined;
    this.draw();
    try {
      const fault = faultOf(this.#draft);
      if (fault !== undefined) throw new GatewayError({ code: 'missing-field', ...fault });
      await run();
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      this.#error =
        error instanceof GatewayError
          ? error
          : new GatewayError({ code: 'unexpected', message: String(error) });
    }
    this.#work = 'none';
    this.draw();
    this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }
}

export const ELEMENTS = { 'agent-choice': AgentChoice, 'camera-form': CameraForm };
