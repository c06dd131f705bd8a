/** A page with its own state: an element that renders into itself. */
import { render, type TemplateResult } from 'lit-html';
import type { App } from '../app-state.ts';

/** Drawn when its owner draws, and by {@link ViewElement.draw}. */
export abstract class ViewElement extends HTMLElement {
  #app: App | undefined;

  /** Content. */
  protected abstract view(): TemplateResult;

  /** Connected: load, listen. */
  protected entered(): void {}

  /** Disconnected: undo {@link ViewElement.entered}. */
  protected left(): void {}

  /** The owner has drawn. */
  protected updated(): void {}

  get app(): App {
    if (this.#app === undefined) throw new Error('a view belongs to an app');
    return this.#app;
  }

  set app(app: App) {
    this.#app = app;
  }

  /** Set each time the owner draws. */
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
