/** Uploads a video with progress and optionally plays it as a camera. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { idOfFile } from '../file-id.ts';
import { bytes } from '../format.ts';
import { hrefOf } from '../router.ts';
import { uploadForm } from '../upload.ts';
import { switchField, textField } from './form-parts.ts';
import { icon } from './icons.ts';
import { pageHead, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

/** `<upload-form>`. */
export class UploadForm extends ViewElement {
  #file: File | undefined;
  #cameraId = '';
  #description = '';
  #isPlayed = true;
  /** 0 to 1 during the upload. */
  #progress: number | undefined;
  #error: GatewayError | undefined;
  #ending = new AbortController();

  protected override left(): void {
    this.#ending.abort();
  }

  protected view(): TemplateResult {
    return html`
      <a class="back-link" href=${hrefOf('cameras')}>${icon('back')}All cameras</a>
      ${pageHead('Upload a video')}
      <form class="card form" novalidate @submit=${(event: Event) => void this.#upload(event)}>
        ${this.#fileField()}
        <div class="fields two">
          ${this.#text(
            'cameraId',
            'Camera id',
            this.#cameraId,
            (value) => {
              this.#cameraId = value;
            },
            'Letters, digits, dots and dashes.',
          )}
          ${this.#text('cameraDescription', 'Description', this.#description, (value) => {
            this.#description = value;
          })}
        </div>
        ${switchField(
          'Play as a camera',
          this.#isPlayed,
          (isOn) => {
            this.#isPlayed = isOn;
            this.draw();
          },
          'Loops like a live camera on the Cameras page.',
        )}
        ${this.#error === undefined || this.#isAtField() ? nothing : problem(this.#error.message, this.#error.hint)}
        ${this.#progress === undefined ? nothing : this.#progressBar(this.#progress)}
        <div class="form-buttons">
          <button class="button primary" ?disabled=${this.#progress !== undefined}>Upload</button>
          ${
            this.#progress === undefined
              ? html`<a class="button quiet" href=${hrefOf('cameras')}>Cancel</a>`
              : html`<button class="button" type="button" @click=${() => this.#ending.abort()}>Stop upload</button>`
          }
        </div>
      </form>
    `;
  }

  #fileField(): TemplateResult {
    const error = this.#errorOf('file');
    const choose = (event: Event): void => {
      this.#file = (event.target as HTMLInputElement).files?.[0];
      if (this.#cameraId === '' && this.#file !== undefined) this.#cameraId = idOfFile(this.#file.name);
      this.#error = undefined;
      this.draw();
    };
    return html`<div class="field" data-field="file">
      <label for="file">Video</label>
      <input id="file" name="file" type="file" accept="video/*,.mkv,.ts" @change=${choose}
        aria-invalid=${error === undefined ? 'false' : 'true'} aria-describedby="file-hint" />
      <p class="field-hint" id="file-hint">
        ${this.#file === undefined ? 'MP4, MOV, MKV, WebM, AVI or MPEG-TS.' : `${this.#file.name}, ${bytes(this.#file.size)}`}
      </p>
      ${error === undefined ? nothing : html`<p class="field-error">${error}</p>`}
    </div>`;
  }

  #text(
    name: string,
    label: string,
    value: string,
    assign: (value: string) => void,
    hint?: string,
  ): TemplateResult {
    const onInput = (text: string): void => {
      assign(text);
      if (this.#error?.field === name) this.#error = undefined;
      this.draw();
    };
    return textField({ name, label, value, onInput, hint, error: this.#errorOf(name) });
  }

  #progressBar(share: number): TemplateResult {
    const total = this.#file?.size ?? 0;
    return html`<div class="upload-progress">
      <progress max="1" .value=${share} aria-label="Upload"></progress>
      <p class="muted">${share >= 1 ? 'Checking the video…' : `${bytes(share * total)} of ${bytes(total)}`}</p>
    </div>`;
  }

  #isAtField(): boolean {
    return ['file', 'cameraId', 'cameraDescription'].includes(this.#error?.field ?? '');
  }

  #errorOf(name: string): string | undefined {
    if (this.#error?.field !== name) return undefined;
    const text = this.#error.message.replace(new RegExp(`^${name}:? `), '');
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  async #upload(event: Event): Promise<void> {
    event.preventDefault();
    if (this.#progress !== undefined) return;
    const file = this.#file;
    if (file === undefined) return this.#fail('file', 'Choose a video');
    if (this.#cameraId === '') return this.#fail('cameraId', 'Enter a camera id');
    this.#ending = new AbortController();
    this.#error = undefined;
    this.#setProgress(0);
    try {
      await this.#send(file, this.#ending.signal);
    } catch (error) {
      if (error instanceof GatewayError) this.#error = error;
    }
    this.#setProgress(undefined);
    this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  async #send(file: File, signal: AbortSignal): Promise<void> {
    const form = new FormData();
    form.set('cameraId', this.#cameraId);
    if (this.#description !== '') form.set('cameraDescription', this.#description);
    form.set('streamType', 'video');
    form.set('file', file);
    const onProgress = (share: number): void => this.#setProgress(share);
    await uploadForm(`${this.app.base}/api/camera-streams`, form, { onProgress, signal });
    if (!this.#isPlayed) {
      location.hash = hrefOf('deliveries');
      return;
    }
    const name = this.#description || file.name;
    const { id } = await this.app.client.cameras.create({ id: this.#cameraId, name, video: this.#cameraId });
    location.hash = hrefOf('camera', id);
  }

  #setProgress(share: number | undefined): void {
    this.#progress = share;
    this.draw();
  }

  #fail(field: string, message: string): void {
    this.#error = new GatewayError({ code: 'missing-field', message, field });
    this.draw();
    this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }
}

export const ELEMENTS = { 'upload-form': UploadForm };
