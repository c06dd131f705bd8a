/** Apps and keys: pair an app by a QR code, create a key, revoke one. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { CreatedKey, Key, Pairing } from '#shared/client/api-types.ts';
import { qrCode } from '../elements/qr-code.ts';
import { ago, clock, duration } from '../format.ts';
import { emptyDraft, rightsInWords, rightsOf } from '../key-draft.ts';
import { copyField } from './copy-field.ts';
import { keyForm } from './key-form.ts';
import { ListPage } from './list-page.ts';
import { emptyState, pageHead, problem } from './page-parts.ts';

/** While a code is shown: the app may use it at any time. */
const LOOK_MS = 2000;
const MS_PER_S = 1000;
const LOOPBACK = /^(localhost|.*\.localhost|127\..*|\[::1\])$/;

/** `<keys-page>`. */
export class KeysPage extends ListPage {
  #keys: Key[] | undefined;
  #draft = emptyDraft();
  #created: CreatedKey | undefined;
  #pairing: { offer: Pairing; known: ReadonlySet<string> } | undefined;
  #paired: Key | undefined;

  protected override updated(): void {
    if (this.#pairing === undefined) return;
    if (Date.parse(this.#pairing.offer.validUntil) <= this.app.now) this.#pairing = undefined;
    else if (Date.now() - this.lookedAt > LOOK_MS) void this.load();
  }

  protected view(): TemplateResult {
    return html`
      ${pageHead('App and tokens')}
      ${this.error === undefined ? nothing : problem(this.error.message, this.error.hint)}
      ${this.#paired === undefined ? nothing : html`<p class="success key-news" role="status">${this.#paired.name} is paired.</p>`}
      ${this.#created === undefined ? nothing : this.#newKey(this.#created)}
      ${this.#pairing === undefined ? this.#form() : this.#code(this.#pairing.offer)}
      <h2 class="section-title">Keys in use</h2>
      ${this.#list()}
    `;
  }

  #form(): TemplateResult {
    return keyForm({
      app: this.app,
      draft: this.#draft,
      isBusy: this.isBusy,
      onChange: (change) => {
        this.#draft = { ...this.#draft, ...change };
        this.draw();
      },
      onPair: () => void this.#pair(),
      onCreate: () => void this.#create(),
    });
  }

  #code({ code, url, validUntil }: Pairing): TemplateResult {
    const left = (Date.parse(validUntil) - this.app.now) / MS_PER_S;
    const isLoopback = LOOPBACK.test(location.hostname);
    return html`<section class="card pairing" aria-label="QR code">
      ${qrCode(url, 'QR code with the address of this gateway and a code')}
      <div>
        <h2>Scan this in the app</h2>
        <p>It holds the address of this gateway and the code <strong class="pairing-code">${code}</strong>, which works once and for ${duration(left)}.</p>
        ${isLoopback ? html`<p class="warning">This page was opened by an address that only this machine reaches. Open it by the machine’s address in your network, so that the code leads there.</p>` : nothing}
        ${copyField(this.app, 'Link', url)}
        <button class="button" type="button" @click=${() => this.#endPairing()}>Done</button>
      </div>
    </section>`;
  }

  #newKey({ name, key, id }: CreatedKey): TemplateResult {
    return html`<section class="card new-key" aria-label="New key">
      <h2>${name}</h2>
      <p>Copy the key now: it is shown this once.</p>
      ${copyField(this.app, 'Key', key)}
      <p class="field-hint">Send it as <code>Authorization: Bearer</code>, or as a password with any user name. The user name for digest authentication is <code>${id}</code>.</p>
      <button class="button" type="button" @click=${() => this.#hideKey()}>I have copied it</button>
    </section>`;
  }

  #list(): TemplateResult | typeof nothing {
    if (this.#keys === undefined) return nothing;
    if (this.#keys.length === 0)
      return emptyState(
        'phone',
        'No keys yet',
        'Apps and integrations with a key of their own are listed here.',
      );
    return html`<ul class="rows">${repeat(
      this.#keys,
      ({ id }) => id,
      (key) => this.#row(key),
    )}</ul>`;
  }

  #row(key: Key): TemplateResult {
    const { now, state } = this.app;
    const isExpired = key.expires !== null && Date.parse(key.expires) <= now;
    const expiry =
      key.expires === null ? '' : ` · ${isExpired ? 'expired' : 'expires'} ${clock(key.expires, now)}`;
    const use = key.lastUsedAt === null ? 'not used yet' : `last used ${ago(key.lastUsedAt, now)}`;
    return html`<li class="row">
      <div class="row-main">
        <strong>${key.name}</strong>
        <p class="muted">${rightsInWords(key, (id) => state.gateway.cameras.get(id)?.name ?? id)}</p>
        <p class="muted">Created ${ago(key.createdAt, now)} · ${use}${expiry}</p>
      </div>
      ${this.removal({ id: key.id, name: key.name, verb: 'Revoke', onConfirm: () => this.#revoke(key) })}
    </li>`;
  }

  #hideKey(): void {
    this.#created = undefined;
    this.draw();
  }

  #endPairing(): void {
    this.#pairing = undefined;
    this.draw();
  }

  #pair(): Promise<void> {
    return this.change(async () => {
      const known = new Set(this.#keys?.map(({ id }) => id));
      const offer = await this.app.client.keys.startPairing(rightsOf(this.#draft, this.app.now));
      this.#pairing = { offer, known };
    });
  }

  #create(): Promise<void> {
    return this.change(async () => {
      const rights = rightsOf(this.#draft, this.app.now);
      this.#created = await this.app.client.keys.create({ name: this.#draft.name.trim(), ...rights });
      this.#draft = emptyDraft();
    });
  }

  async #revoke({ id, name }: Key): Promise<void> {
    await this.app.client.keys.revoke(id);
    this.app.announce(`${name} is revoked`);
  }

  protected override change(work: () => Promise<void>): Promise<void> {
    this.#paired = undefined;
    return super.change(work);
  }

  protected override async read(signal: AbortSignal): Promise<void> {
    this.#keys = await this.app.client.keys.list({ signal });
    const { known } = this.#pairing ?? {};
    const paired = known && this.#keys.find(({ id }) => !known.has(id));
    if (paired !== undefined) [this.#paired, this.#pairing] = [paired, undefined];
  }
}

export const ELEMENTS = { 'keys-page': KeysPage };
