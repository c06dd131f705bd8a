/** Notifications: who is told of what, and how the last notice went. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Notification, NotificationTest } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { ago, count } from '../format.ts';
import {
  bodyOfNotification,
  draftOfNotification,
  KIND_WORDS,
  type NotificationDraft,
  newNotification,
  periodsText,
} from '../notification-draft.ts';
import { PUSH_WORDS, type PushState, pushState, subscribe, unsubscribe } from '../push-browser.ts';
import { nameOf } from './answer-card.ts';
import { copyField } from './copy-field.ts';
import { icon } from './icons.ts';
import { fieldOf, notificationForm } from './notification-form.ts';
import { emptyState, pageHead, pill, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const REFRESH_MS = 5000;
const TARGETS = { webhook: 'Webhook', ntfy: 'ntfy', push: 'Browser', email: 'E-mail' } as const;
const STATES = {
  delivered: ['good', 'Delivered'],
  retrying: ['bad', 'Trying again'],
  parked: ['bad', 'Given up'],
} as const;

/** `<notifications-page>`. */
export class NotificationsPage extends ViewElement {
  #list: Notification[] | undefined;
  #draft: NotificationDraft | undefined;
  #push: PushState | undefined;
  #secret: string | undefined;
  #tests = new Map<string, NotificationTest | 'busy'>();
  #isBusy = false;
  #error: GatewayError | undefined;
  #trouble: string | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  protected override entered(): void {
    void this.#load();
    this.#timer = setInterval(() => {
      if (!document.hidden && this.#draft === undefined) void this.#load();
    }, REFRESH_MS);
  }

  protected override left(): void {
    clearInterval(this.#timer);
  }

  protected view(): TemplateResult {
    const add = html`<button class="button primary" type="button" @click=${() => this.#edit(newNotification('webhook'))}>${icon('add')}<span class="button-name">New</span></button>`;
    return html`
      ${pageHead('Notifications', this.#draft === undefined && this.app.canChange ? add : nothing)}
      ${this.#faults()}
      ${this.#secret === undefined ? nothing : this.#newSecret(this.#secret)}
      ${this.#draft === undefined ? html`${this.#browser()} ${this.#rows()}` : this.#form(this.#draft)}
    `;
  }

  #faults(): TemplateResult | typeof nothing {
    if (this.#trouble !== undefined) return problem('This browser could not be subscribed', this.#trouble);
    const error = this.#error;
    // A field of the form shows it where it has one.
    const isShown = this.#draft !== undefined && fieldOf(error?.field) in this.#draft;
    return error === undefined || isShown ? nothing : problem(error.message, error.hint);
  }

  #newSecret(secret: string): TemplateResult {
    const done = (): void => this.#set({ secret: undefined });
    return html`<section class="card new-key" aria-label="Secret of the webhook">
      <h2>Secret of the webhook</h2>
      <p>The receiver verifies signatures with it (Standard Webhooks). Copy it now: it is shown this once.</p>
      ${copyField(this.app, 'Secret', secret)}
      <button class="button" type="button" @click=${done}>I have copied it</button>
    </section>`;
  }

  #browser(): TemplateResult | typeof nothing {
    const state = this.#push;
    if (state === undefined) return nothing;
    return html`<section class="card push-browser" aria-label="This browser" data-push=${state}>
      <p>${PUSH_WORDS[state]}</p>
      ${state === 'ready' ? html`<button class="button" type="button" ?disabled=${this.#isBusy} @click=${() => void this.#subscribe()}>${icon('phone')}Notify this browser</button>` : nothing}
    </section>`;
  }

  #rows(): TemplateResult {
    const list = this.#list;
    if (list === undefined) return html`<div class="card skeleton tall"></div>`;
    if (list.length === 0)
      return emptyState(
        'deliveries',
        'No notifications yet',
        this.app.canChange
          ? 'A webhook, an ntfy topic, a mailbox or this browser can be told of persons, watches and cameras that go offline.'
          : 'This browser can be told of persons, watches and cameras that go offline. Ask an administrator for other ways.',
      );
    return html`<ul class="watch-list">${repeat(
      list,
      ({ id }) => id,
      (one) => html`<li class="card">${this.#row(one)}</li>`,
    )}</ul>`;
  }

  #row(one: Notification): TemplateResult {
    const { last, waiting, enabled } = one;
    const [tone, word] = !enabled
      ? (['off', 'Paused'] as const)
      : last === null
        ? (['off', 'Nothing sent yet'] as const)
        : STATES[last.state];
    const now = this.app.now;
    return html`
      <div class="card-head"><h2>${one.name}</h2>${pill(tone, word)}</div>
      <p>${targetText(one)}</p>
      <p class="muted">${this.#filterText(one)}</p>
      ${last === null ? nothing : html`<p class="muted">Last sent ${ago(last.at, now)}${last.error === null ? '' : `: ${last.error}`}${waiting === 0 ? '' : ` · ${count(waiting, 'notice')} waiting`}</p>`}
      ${this.#testText(one.id)} ${this.#actions(one)}
    `;
  }

  #filterText({ kinds, cameras, quiet }: Notification): string {
    const what = kinds === null ? 'Everything' : kinds.map((kind) => KIND_WORDS[kind]).join(', ');
    const where = cameras?.map((id) => nameOf(this.app, String(id))).join(', ');
    const parts = [
      what === '' ? 'Only actions of watches' : what,
      where,
      quiet === null ? undefined : `quiet ${periodsText(quiet)}`,
    ];
    return parts.filter((part) => part !== undefined).join(' · ');
  }

  #testText(id: string): TemplateResult | typeof nothing {
    const test = this.#tests.get(id);
    if (test === undefined || test === 'busy') return nothing;
    return html`<p class=${test.delivered ? 'success' : 'field-error'} role="status">${test.delivered ? `The test was taken (${test.status}).` : `The test failed: ${test.error}. ${test.response ?? ''}`}</p>`;
  }

  #actions(one: Notification): TemplateResult {
    const { id, enabled, name } = one;
    const isTesting = this.#tests.get(id) === 'busy';
    const toggle = (): void =>
      void this.#attempt(() => this.app.notifications.change(id, { enabled: !enabled }));
    return html`<div class="card-actions">
      <button class="button" type="button" ?disabled=${isTesting} @click=${() => void this.#test(id)}>${isTesting ? 'Sending…' : 'Send a test'}</button>
      <button class="button" type="button" @click=${toggle}>${enabled ? 'Pause' : 'Resume'}</button>
      <button class="button" type="button" aria-label="Edit ${name}" @click=${() => this.#edit(draftOfNotification(one))}>${icon('edit')}Edit</button>
      <button class="button" type="button" aria-label="Delete ${name}" @click=${() => this.#remove(one)}>${icon('remove')}Delete</button>
    </div>`;
  }

  #form(draft: NotificationDraft): TemplateResult {
    return notificationForm({
      ...{ app: this.app, draft, isBusy: this.#isBusy, error: this.#error },
      onChange: (change) => this.#set({ draft: { ...draft, ...change } }),
      onSave: () => void this.#save(draft),
      onCancel: () => this.#edit(undefined),
    });
  }

  #edit(draft: NotificationDraft | undefined): void {
    this.#error = undefined;
    this.#trouble = undefined;
    this.#set({ draft });
  }

  #set(change: { draft?: NotificationDraft | undefined; secret?: undefined }): void {
    if ('draft' in change) this.#draft = change.draft;
    if ('secret' in change) this.#secret = undefined;
    this.draw();
  }

  async #save(draft: NotificationDraft): Promise<void> {
    const { id } = draft;
    const body = bodyOfNotification(draft);
    await this.#attempt(async () => {
      if (id !== undefined) await this.app.notifications.change(id, body);
      else this.#secret = (await this.app.notifications.create(body)).secret;
      this.#draft = undefined;
    });
  }

  #remove({ id, name, target }: Notification): void {
    if (!confirm(`Delete ${name}?`)) return;
    void this.#attempt(async () => {
      await this.app.notifications.remove(id);
      if (target.kind === 'push') await unsubscribe(target.endpointHash);
    });
  }

  async #subscribe(): Promise<void> {
    this.#trouble = undefined;
    await this.#attempt(async () => {
      const key = await this.app.notifications.pushKey();
      const target = await subscribe(key).catch((error: unknown) => {
        this.#trouble = String(error instanceof Error ? error.message : error);
      });
      const body = { ...bodyOfNotification(newNotification('webhook')), name: browserName(), target };
      if (target !== undefined) await this.app.notifications.create(body);
    });
  }

  async #test(id: string): Promise<void> {
    this.#tests.set(id, 'busy');
    this.draw();
    await this.#attempt(async () => {
      this.#tests.delete(id);
      this.#tests.set(id, await this.app.notifications.test(id));
    });
  }

  async #attempt(work: () => Promise<unknown>): Promise<void> {
    this.#isBusy = true;
    this.#error = undefined;
    this.draw();
    try {
      await work();
      await this.#load();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.#error = error;
    } finally {
      this.#isBusy = false;
      this.draw();
    }
  }

  async #load(): Promise<void> {
    try {
      this.#list = await this.app.notifications.list();
      const hashes = this.#list.flatMap(({ target }) =>
        target.kind === 'push' ? [target.endpointHash] : [],
      );
      this.#push = await pushState(hashes);
    } catch (error) {
      if (error instanceof GatewayError) this.#error = error;
    }
    this.draw();
  }
}

function targetText({ target }: Notification): string {
  const kind = TARGETS[target.kind];
  if (target.kind === 'email') return `${kind} · ${target.to.join(', ')}`;
  return target.kind === 'ntfy' ? `${kind} · ${target.server}/${target.topic}` : `${kind} · ${target.origin}`;
}

/** What this browser is called in the list. */
function browserName(): string {
  const system = /iPhone|iPad|Android|Mac OS X|Windows|Linux/.exec(navigator.userAgent)?.[0] ?? 'this device';
  const browser = /Edg|Firefox|Chrome|Safari/.exec(navigator.userAgent)?.[0] ?? 'Browser';
  return `${browser === 'Edg' ? 'Edge' : browser} on ${system === 'Mac OS X' ? 'a Mac' : system}`;
}

export const ELEMENTS = { 'notifications-page': NotificationsPage };
