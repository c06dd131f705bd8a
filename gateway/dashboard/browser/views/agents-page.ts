/** Agents: make one, see which are online, remove one. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Agent, CreatedAgent } from '#shared/client/api-types.ts';
import { clock } from '../format.ts';
import { copyBlock } from './copy-field.ts';
import { textField } from './form-parts.ts';
import { ListPage } from './list-page.ts';
import { emptyState, pageHead, problem } from './page-parts.ts';

/** They come and go by themselves. */
const LOOK_MS = 2000;

/** `<agents-page>`. */
export class AgentsPage extends ListPage {
  #agents: Agent[] | undefined;
  #name = '';
  #created: CreatedAgent | undefined;

  protected override updated(): void {
    if (Date.now() - this.lookedAt > LOOK_MS) void this.load();
  }

  protected view(): TemplateResult {
    return html`
      ${pageHead('Agents')}
      ${this.#created === undefined ? this.#form() : this.#newAgent(this.#created)}
      <h2 class="section-title">Agents</h2>
      ${this.#list()}
    `;
  }

  #form(): TemplateResult {
    const isOfName = this.error?.field === 'name';
    return html`<form class="card form" novalidate @submit=${(event: Event) => void this.#create(event)}>
      <p class="muted">An agent is a program on the network of cameras that this gateway cannot reach. It dials out to the gateway: no port is opened there.</p>
      ${textField({
        name: 'name',
        label: 'Name of a new agent',
        placeholder: 'home',
        value: this.#name,
        hint: 'Letters, digits, dots and dashes. Cameras name it as the place they are reached from.',
        error: isOfName ? this.error?.message : undefined,
        onInput: (value) => {
          this.#name = value;
          this.draw();
        },
      })}
      ${this.error === undefined || isOfName ? nothing : problem(this.error.message, this.error.hint)}
      <div class="form-buttons">
        <button class="button primary" ?disabled=${this.isBusy || this.#name.trim() === ''}>Make agent</button>
      </div>
    </form>`;
  }

  #newAgent({ name, token }: CreatedAgent): TemplateResult {
    const url = this.app.base.replace(/\/+$/, '') || location.origin;
    const command = `GATEWAY_URL=${url} AGENT_TOKEN=${token} npm run agent`;
    return html`<section class="card new-key" aria-label="New agent">
      <h2>${name}</h2>
      <p>Copy this command now: its token is shown this once. Run it on any machine of the cameras’ network, in the folder of this program.</p>
      ${copyBlock(this.app, 'Command', command)}
      <button class="button" type="button" @click=${() => this.#hide()}>I have copied it</button>
    </section>`;
  }

  #list(): TemplateResult | typeof nothing {
    if (this.#agents === undefined) return nothing;
    if (this.#agents.length === 0)
      return emptyState('devices', 'No agents yet', 'Agents are listed here with their cameras.');
    return html`<ul class="rows">${repeat(
      this.#agents,
      ({ name }) => name,
      (agent) => this.#row(agent),
    )}</ul>`;
  }

  #row(agent: Agent): TemplateResult {
    const { name, state, since, version, address, latencyMs, gateway, cameras } = agent;
    const isOnline = state === 'online';
    const facts = [
      version === null ? [] : `version ${version}`,
      address ?? [],
      latencyMs === null ? [] : `${latencyMs} ms away`,
      gateway === undefined ? [] : `through gateway ${gateway}`,
      cameras.length === 1 ? '1 camera' : `${cameras.length} cameras`,
    ].flat();
    return html`<li class="row">
      <div class="row-main">
        <strong>${name}</strong>
        <p class=${isOnline ? 'muted' : 'warning'}>${isOnline ? 'Online' : 'Offline'} since ${clock(since, this.app.now)}</p>
        <p class="muted">${facts.join(' · ')}</p>
      </div>
      ${this.removal({ id: name, name, verb: 'Remove', label: `Remove ${name}`, onConfirm: () => this.#remove(name) })}
    </li>`;
  }

  #hide(): void {
    this.#created = undefined;
    this.draw();
  }

  async #create(event: Event): Promise<void> {
    event.preventDefault();
    await this.change(async () => {
      this.#created = await this.app.client.agents.create({ name: this.#name.trim() });
      this.#name = '';
    });
  }

  async #remove(name: string): Promise<void> {
    await this.app.client.agents.remove(name);
    this.app.announce(`${name} is removed`);
  }

  protected override async read(signal: AbortSignal): Promise<void> {
    this.#agents = await this.app.client.agents.list({ signal });
  }
}

export const ELEMENTS = { 'agents-page': AgentsPage };
