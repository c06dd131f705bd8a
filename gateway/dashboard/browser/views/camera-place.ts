/** From where a camera is reached: the gateway itself, workers with labels, or an agent. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { App } from '../app-state.ts';
import { type CameraDraft, isPrivateAddress } from '../camera-draft.ts';
import { hrefOf } from '../router.ts';
import { selectField, textField } from './form-parts.ts';
import { ViewElement } from './view-element.ts';

/** `<agent-choice>`: nothing where there are no agents. */
export class AgentChoice extends ViewElement {
  #chosen = '';
  error: string | undefined;
  onChoice: (agent: string) => void = () => {};
  #names: readonly string[] = [];
  #ending = new AbortController();

  /** Set last, each time the form draws. */
  set value(agent: string) {
    this.#chosen = agent;
    this.draw();
  }

  protected override entered(): void {
    this.#ending = new AbortController();
    void this.#load();
  }

  protected override left(): void {
    this.#ending.abort();
  }

  protected view(): TemplateResult {
    const { error, onChoice } = this;
    const value = this.#chosen;
    const names = value === '' || this.#names.includes(value) ? this.#names : [...this.#names, value];
    if (names.length === 0) return html``;
    return selectField({ name: 'agent', label: 'Reached from', value, onInput: onChoice, error }, [
      ['', 'This gateway'],
      ...names.map((name) => [name, `Agent ${name}`] as const),
    ]);
  }

  /** Without the list the choice stays as it is. */
  async #load(): Promise<void> {
    const agents = await this.app.client.agents.list({ signal: this.#ending.signal }).catch(() => []);
    this.#names = agents.map(({ name }) => name);
    this.draw();
  }
}

/** The choice, and a warning before a connection that cannot succeed. */
export function cameraPlace(
  app: App,
  draft: CameraDraft,
  set: (name: 'agent' | 'labels', value: string) => void,
  errorOf: (name: 'agent' | 'labels') => string | undefined,
): TemplateResult {
  const isOutOfReach = app.state.gateway.gateway?.isPublic === true && isPrivateAddress(draft);
  return html`
    ${draft.kind === 'video' ? nothing : html`<agent-choice .app=${app} .error=${errorOf('agent')} .onChoice=${(agent: string) => set('agent', agent)} .value=${draft.agent}></agent-choice>`}
    ${hasLabels(app, draft) ? labelsField(draft, (labels) => set('labels', labels), errorOf('labels')) : nothing}
    ${
      isOutOfReach && draft.agent === ''
        ? html`<p class="warning" role="status">
      This gateway runs on a public host, which cannot reach addresses of a home or company network. Run an
      <a href=${hrefOf('agents')}>agent</a> in the network of the camera and choose it here.
    </p>`
        : nothing
    }`;
}

/** Labels matter only where a worker has some. */
function hasLabels({ state }: App, { agent, labels }: CameraDraft): boolean {
  return (
    agent === '' && (labels !== '' || state.gateway.workers.some((worker) => worker.labels !== undefined))
  );
}

function labelsField(
  { labels }: CameraDraft,
  onInput: (labels: string) => void,
  error: string | undefined,
): TemplateResult {
  const hint = 'Only a worker with all of these labels runs the camera. Empty: any worker.';
  return textField({
    ...{ name: 'labels', label: 'Worker labels', value: labels, onInput, error, hint },
    placeholder: 'site=berlin',
  });
}
