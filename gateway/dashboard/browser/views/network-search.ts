/** Lists the ONVIF cameras of the network, and adds several of them with one password. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { DiscoveredCamera } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { count } from '../format.ts';
import { addressOf, foundCameraOf, hostOf, nameOf, placeOf, probeRequestOf, subOf } from '../found-camera.ts';
import { hrefOf } from '../router.ts';
import { textField } from './form-parts.ts';
import { icon } from './icons.ts';
import { problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

/** How an import of one camera goes. */
type Progress = { state: 'running' } | { state: 'added'; id: string } | { state: 'failed'; reason: string };

/** A worker finds four simultaneously. */
const SIMULTANEOUS = 3;

/** `<network-search>`. */
export class NetworkSearch extends ViewElement {
  /** Called with the address of a camera that is to be added alone. */
  onChoose: (address: string) => void = () => {};
  #cameras: DiscoveredCamera[] | undefined;
  #isSearching = false;
  #error: GatewayError | undefined;
  #login = { username: '', password: '' };
  readonly #selected = new Set<string>();
  readonly #progress = new Map<string, Progress>();
  #agent = '';
  #ending = new AbortController();

  /** The agent that searches; empty: the gateway. What another one found is not shown. */
  set agent(agent: string) {
    if (agent === this.#agent) return;
    this.#agent = agent;
    this.#ending.abort();
    this.#ending = new AbortController();
    this.#cameras = undefined;
    this.#error = undefined;
    this.#isSearching = false;
  }

  protected override left(): void {
    this.#ending.abort();
  }

  protected view(): TemplateResult {
    return html`<section class="card form" aria-labelledby="network-title">
      <div class="card-head"><h2 id="network-title">${this.#agent === '' ? 'On your network' : `On the network of agent ${this.#agent}`}</h2>
        <button class="button" type="button" ?disabled=${this.#isSearching} @click=${() => void this.#search()}>
          ${icon('search')}${this.#isSearching ? 'Searching…' : this.#agent === '' ? 'Search my network' : 'Search this network'}
        </button>
      </div>
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${this.#cameras === undefined ? html`<p class="field-hint">Finds cameras with ONVIF; takes three seconds.</p>` : this.#list(this.#cameras)}
    </section>`;
  }

  #list(cameras: readonly DiscoveredCamera[]): TemplateResult {
    if (cameras.length === 0)
      return html`<p>No camera answered. ONVIF may be switched off in the camera, or ${this.#agent === '' ? 'the gateway' : 'the agent'} is in another network: enter the address above.</p>`;
    return html`<ul class="found-cameras">${cameras.map((camera) => this.#row(camera))}</ul>
      ${this.#selected.size === 0 ? nothing : this.#import()}`;
  }

  #row(camera: DiscoveredCamera): TemplateResult {
    const { ip, name, vendor, model } = camera;
    const facts = [nameOf({ vendor, model }), ip].filter((word) => word !== '' && word !== name);
    const progress = this.#progress.get(ip);
    return html`<li>
      ${
        this.#isKnown(ip) && progress === undefined
          ? html`<span class="found-words"><strong>${name}</strong><span>${facts.join(', ')}</span></span><span class="chip">Already added</span>`
          : html`<label class="switch"><input type="checkbox" .checked=${this.#selected.has(ip)} ?disabled=${progress !== undefined && progress.state !== 'failed'}
              @change=${(event: Event) => this.#select(ip, (event.target as HTMLInputElement).checked)} />
            <span class="found-words"><strong>${name}</strong><span>${facts.join(', ')}</span>${this.#outcome(progress)}</span></label>
          ${progress === undefined ? html`<button class="button quiet" type="button" @click=${() => this.onChoose(addressOf(camera))}>Choose<span class="visually-hidden"> ${name}</span></button>` : nothing}`
      }
    </li>`;
  }

  #outcome(progress: Progress | undefined): TemplateResult | typeof nothing {
    if (progress === undefined) return nothing;
    if (progress.state === 'running')
      return html`<span class="field-hint" role="status">Finding its stream…</span>`;
    if (progress.state === 'failed')
      return html`<span class="field-error" role="status">${progress.reason}</span>`;
    return html`<span role="status">Added. <a href=${hrefOf('camera', progress.id)}>Open</a></span>`;
  }

  #import(): TemplateResult {
    const set = (name: 'username' | 'password') => (value: string) => {
      this.#login = { ...this.#login, [name]: value };
      this.draw();
    };
    const { username, password } = this.#login;
    return html`<form class="fields" @submit=${(event: Event) => void this.#addSelected(event)}>
      <div class="fields two">
        ${textField({ name: 'network-user', label: 'User of these cameras', value: username, placeholder: 'admin', onInput: set('username') })}
        ${textField({ name: 'network-password', label: 'Password of these cameras', value: password, type: 'password', autocomplete: 'new-password', onInput: set('password') })}
      </div>
      <div class="form-buttons"><button class="button primary">Add ${count(this.#selected.size, 'camera')}</button></div>
    </form>`;
  }

  #isKnown(ip: string): boolean {
    const pattern = new RegExp(`(?://|@)${hostOf(ip).replace(/[.[\]]/g, '\\$&')}[:/]`);
    return [...this.app.state.gateway.cameras.values()].some(
      ({ rtspUrl, agent }) => (agent ?? '') === this.#agent && pattern.test(rtspUrl),
    );
  }

  #select(ip: string, isOn: boolean): void {
    if (isOn) this.#selected.add(ip);
    else this.#selected.delete(ip);
    this.draw();
  }

  async #search(): Promise<void> {
    const { signal } = this.#ending;
    this.#isSearching = true;
    this.#error = undefined;
    this.draw();
    try {
      const cameras = await this.app.client.cameras.discover({ signal, ...placeOf(this.#agent) });
      if (signal.aborted) return;
      this.#cameras = cameras;
      this.#selected.clear();
      this.#progress.clear();
      this.app.announce(`${count(cameras.length, 'camera')} found`);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof GatewayError) this.#error = error;
    }
    this.#isSearching = false;
    this.draw();
  }

  async #addSelected(event: Event): Promise<void> {
    event.preventDefault();
    const waiting = [...this.#selected];
    this.#selected.clear();
    for (const ip of waiting) this.#progress.set(ip, { state: 'running' });
    this.draw();
    const work = async (): Promise<void> => {
      for (let ip = waiting.shift(); ip !== undefined; ip = waiting.shift()) {
        this.#progress.set(ip, await this.#add(ip));
        this.draw();
      }
    };
    await Promise.all(Array.from({ length: SIMULTANEOUS }, work));
  }

  async #add(ip: string): Promise<Progress> {
    const { cameras } = this.app.client;
    const found = this.#cameras?.find((camera) => camera.ip === ip);
    const address = addressOf(found ?? { ip, onvifUrl: '' });
    const fields = { address, ...this.#login, agent: this.#agent };
    try {
      const answer = await cameras.probe(probeRequestOf(fields), { signal: this.#ending.signal });
      const [stream] = answer.streams;
      const failed = answer.steps.find(({ ok }) => !ok);
      if (stream === undefined) return { state: 'failed', reason: failed?.detail ?? 'No stream was found' };
      const told = found?.name ?? '';
      const choice = { stream, sub: subOf(answer.streams, stream), name: told, analysis: NO_ANALYSIS };
      const { id } = await cameras.create(foundCameraOf(fields, answer, choice));
      return { state: 'added', id };
    } catch (error) {
      return { state: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  }
}

const NO_ANALYSIS = { motion: false, persons: false, faces: false };
