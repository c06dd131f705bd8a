/** A page with a list that the user adds to and removes from; a removal is confirmed in its row. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { icon } from './icons.ts';
import { ViewElement } from './view-element.ts';

/** The removal of one row. */
export interface Removal {
  id: string;
  name: string;
  /** What it is called, such as `Revoke`. */
  verb: string;
  /** What screen readers say in place of the verb. */
  label?: string;
  onConfirm: () => Promise<void>;
}

/** One change at a time; the list is read when the page opens and after each change. */
export abstract class ListPage extends ViewElement {
  /** A change is under way. */
  protected isBusy = false;
  protected error: GatewayError | undefined;
  /** When the list was asked for last, Unix milliseconds. */
  protected lookedAt = 0;
  /** Row whose removal waits for confirmation. */
  #asked: string | undefined;
  #ending = new AbortController();

  /** Reads the list. @throws GatewayError */
  protected abstract read(signal: AbortSignal): Promise<void>;

  protected override entered(): void {
    this.#ending = new AbortController();
    void this.load();
  }

  protected override left(): void {
    this.#ending.abort();
  }

  /** The button that removes a row, or what it asks before. */
  protected removal({ id, name, verb, label, onConfirm }: Removal): TemplateResult {
    if (this.#asked !== id)
      return html`<button class="button" type="button" aria-label=${label ?? nothing} @click=${() => this.#ask(id)}>${icon('remove')}${verb}</button>`;
    const confirm = (): void =>
      void this.change(async () => {
        await onConfirm();
        this.#asked = undefined;
      });
    return html`<div class="confirm-actions" role="alertdialog" aria-label="${verb} ${name}?">
      <button class="button" type="button" @click=${() => this.#ask(undefined)}>Cancel</button>
      <button class="button danger" type="button" ?disabled=${this.isBusy} @click=${confirm}>${verb} ${name}</button>
    </div>`;
  }

  /** Runs what the user asked for, then reads the list anew. */
  protected async change(work: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.draw();
    try {
      await work();
      this.error = undefined;
      await this.load();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.error = error;
    } finally {
      this.isBusy = false;
      this.draw();
    }
  }

  /** Reads the list and draws it; a page that was left draws nothing. */
  protected async load(): Promise<void> {
    const { signal } = this.#ending;
    this.lookedAt = Date.now();
    try {
      await this.read(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof GatewayError) this.error = error;
    }
    this.draw();
  }

  #ask(id: string | undefined): void {
    this.#asked = id;
    this.draw();
  }
}
