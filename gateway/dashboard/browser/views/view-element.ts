/** A page with a memory of its own: an element that draws itself into itself. */
import { render, type TemplateResult } from 'lit-html';
import type { App } from '../app-state.ts';

/** Drawn when its owner draws, and whenever {@link ViewElement.draw} is called. */
export abstract class ViewElement extends HTMLElement {
  #app: App | undefined;

  /** What is shown. */
  protected abstract view(): TemplateResult;

  /** Begins: loads, listens. */
  protected entered(): void {}

  /** Ends what {@link ViewElement.entered} began. */
  protected left(): void {}

  /** Something outside has changed. */
  protected updated(): void {}

  get app(): App {
    if (this.#app === undefined) throw new Error('a view belongs to an app');
    return this.#app;
  }

  set app(app: App) {
    this.#app = app;
  }

  /** Set at every drawing of the owner. */
  set drawnAt(_: number) {
    if (!this.isConnected) return;
    this.updated();
    this.draw();
  }

  connectedCallback(): void {
    this.entered();
    this.draw();
  }

  disconnectedCallback(): void {
    this.left();
  }

  protected draw(): void {
    if (this.isConnected) render(this.view(), this);
  }
}
