/** Use in an app: every address of a camera, and snippets with the real host. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { addressesOf, type Copyable, KEY, snippetsOf } from '../camera-addresses.ts';
import { cameraEntry } from '../camera-entries.ts';
import { hrefOf } from '../router.ts';
import { copyBlock, copyField } from './copy-field.ts';
import { icon } from './icons.ts';
import { emptyState, pageHead } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

/** `<use-page>`. */
export class UsePage extends ViewElement {
  protected view(): TemplateResult {
    const { app } = this;
    const { cameraId } = app.state.route;
    const entry = cameraEntry(app, cameraId);
    if (entry === undefined) {
      if (!app.state.hasState)
        return html`${pageHead('Use in an app')}<div class="card skeleton tall"></div>`;
      return html`${pageHead('Use in an app')}${emptyState('cameras', `There is no camera ${cameraId}`, 'It may have been removed meanwhile.')}`;
    }
    const place = { base: app.base, cameraId, rtspPort: app.state.gateway.services.restream?.port };
    return html`
      <a class="back-link" href=${hrefOf('camera', cameraId)}>${icon('back')}${entry.camera.name}</a>
      ${pageHead('Use in an app', html`<a class="button" href="docs">${icon('docs')}API</a>`)}
      <p class="use-hint">Put a key in the place of <code>${KEY}</code>.
        ${app.canChange ? html`<a href=${hrefOf('keys')}>App and tokens</a> makes keys, and pairs apps by a QR code.` : 'An admin can make one.'}
        ${place.rtspPort === undefined ? html`For RTSP, start the gateway with <code>RTSP_PORT</code>.` : nothing}</p>
      <h2 class="section-title">Addresses</h2>
      <ul class="use-list">${addressesOf(place).map((address) => this.#address(address))}</ul>
      <h2 class="section-title">Snippets</h2>
      ${snippetsOf(place).map((snippet) => this.#snippet(snippet))}
    `;
  }

  #address({ label, text, note }: Copyable): TemplateResult {
    return html`<li class="card"><h3>${label}</h3><p>${note}</p>${copyField(this.app, label, text)}</li>`;
  }

  #snippet({ label, text, note }: Copyable): TemplateResult {
    return html`<section class="card use-snippet"><h3>${label}</h3><p>${note}</p>${copyBlock(this.app, label, text)}</section>`;
  }
}

export const ELEMENTS = { 'use-page': UsePage };
