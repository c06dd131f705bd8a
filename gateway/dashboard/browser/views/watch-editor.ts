/** Makes or changes a watch; asks its question once before it is saved. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Notification, WatchTest } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import type { NewWatch } from '#shared/client/watches.ts';
import { AreaPicker, type AreaPickerModel } from '../elements/area-picker.ts';
import { hrefOf } from '../router.ts';
import {
  areaOf,
  areaText,
  bodyOf,
  CONDITION_CHOICES,
  conditionsOf,
  draftOf,
  newDraft,
  type WatchDraft,
} from '../watch-draft.ts';
import { type FieldOptions, selectField, switchField, textField } from './form-parts.ts';
import { pageHead, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';
import { watchTest } from './watch-test.ts';

const SKILLS = [
  ['query', 'Ask a question'],
  ['detect', 'Count objects'],
  ['point', 'Count points'],
  ['caption', 'Describe the picture'],
] as const;
/** Names of the gateway's fields in the form. */
const FIELDS: Readonly<Record<string, keyof WatchDraft>> = {
  everyMs: 'everySeconds',
  cooldownMs: 'cooldownSeconds',
  actions: 'preset',
  notificationId: 'tell',
};

/** `<watch-editor>`. */
export class WatchEditor extends ViewElement {
  #draft: WatchDraft | undefined;
  /** Further cameras of a new watch: each gets one of its own. */
  readonly #further = new Set<string>();
  #test: WatchTest | undefined;
  /** Who can be told. */
  #notifications: readonly Notification[] = [];
  #busy: 'test' | 'save' | undefined;
  #error: GatewayError | undefined;

  protected override entered(): void {
    const { params, query } = this.app.state.route;
    const id = params.watchId ?? query.get('copy') ?? undefined;
    void this.#load();
    if (id === undefined) {
      this.#draft = newDraft(query, [...this.app.state.gateway.cameras.keys()][0] ?? '');
      return;
    }
    void this.#attempt(undefined, async () => {
      this.#draft = draftOf(await this.app.client.watches.get(id));
    });
  }

  protected view(): TemplateResult {
    const isNew = this.app.state.route.params.watchId === undefined;
    return html`${pageHead(isNew ? 'New watch' : 'Edit watch')}
      ${this.#error === undefined || this.#fieldOf(this.#error) !== undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${this.#draft === undefined ? this.#missing() : this.#form(this.#draft)}`;
  }

  /** Without the list, the choice is left out. */
  async #load(): Promise<void> {
    this.#notifications = await this.app.notifications.list().catch(() => []);
    this.draw();
  }

  #missing(): TemplateResult {
    if (this.#error === undefined) return html`<div class="card skeleton tall"></div>`;
    return html`<p><a class="button" href=${hrefOf('watches')}>All watches</a></p>`;
  }

  #form(draft: WatchDraft): TemplateResult {
    const save = (event: Event): void => {
      event.preventDefault();
      void this.#save(draft);
    };
    return html`<form class="card form" novalidate @submit=${save}>
      ${this.#question(draft)} ${this.#condition(draft)} ${this.#pace(draft)}
      ${this.#test === undefined ? nothing : watchTest(this.#test)}
      <div class="card-actions">
        <button class="button primary" type="submit" ?disabled=${this.#busy !== undefined}>${this.#busy === 'save' ? 'Saving…' : 'Save'}</button>
        <button class="button" type="button" ?disabled=${this.#busy !== undefined} @click=${() => void this.#try(draft)}>${this.#busy === 'test' ? 'Asking…' : 'Test once'}</button>
        <a class="button quiet" href=${hrefOf('watches')}>Cancel</a>
      </div>
    </form>`;
  }

  #question(draft: WatchDraft): TemplateResult {
    const cameras = [...this.app.state.gateway.cameras.values()].map(({ id, name }) => [id, name] as const);
    const skill = (value: string): void => {
      const chosen = value as WatchDraft['skill'];
      const [condition = 'contains'] = conditionsOf(chosen);
      this.#change({
        skill: chosen,
        ...(conditionsOf(chosen).includes(draft.condition) ? {} : { condition }),
      });
    };
    const words = draft.skill === 'query' ? 'Question' : 'Object';
    return html`
      ${selectField({ ...this.#field('cameraId', 'Camera'), value: draft.cameraId, onInput: (cameraId) => this.#change({ cameraId, zone: '' }) }, cameras)}
      ${this.#furtherCameras(draft)}
      ${selectField({ ...this.#field('skill', 'Do'), value: draft.skill, onInput: skill }, SKILLS)}
      ${draft.skill === 'caption' ? nothing : textField({ ...this.#field('prompt', words), placeholder: draft.skill === 'query' ? 'Is the gate open?' : 'person' })}
      ${this.#zone(draft)}
      ${draft.zone === '' ? this.#area(draft) : nothing}
    `;
  }

  /** A zone is of one camera. */
  #furtherCameras({ cameraId, zone }: WatchDraft): TemplateResult | typeof nothing {
    const isNew = this.app.state.route.params.watchId === undefined;
    const others = [...this.app.state.gateway.cameras.values()].filter(({ id }) => id !== cameraId);
    if (!isNew || zone !== '' || others.length === 0) return nothing;
    const choose = (id: string, isOn: boolean): void => {
      if (isOn) this.#further.add(id);
      else this.#further.delete(id);
      this.draw();
    };
    return html`<details class="further"><summary>Further cameras${this.#further.size === 0 ? nothing : ` (${this.#further.size})`}</summary>
      <div class="switches">${others.map(({ id, name }) => switchField(name, this.#further.has(id), (isOn) => choose(id, isOn)))}</div>
    </details>`;
  }

  #area({ cameraId, area }: WatchDraft): TemplateResult {
    const hint =
      'Draw it on the picture, or enter left, top, width and height in percent. Empty: the whole picture.';
    const field = textField({
      ...this.#field('area', 'Part of the picture'),
      placeholder: '0, 50, 100, 50',
      hint,
    });
    if (this.app.state.gateway.statuses.get(cameraId)?.connected !== true) return field;
    const model: AreaPickerModel = {
      picture: `api/cameras/${encodeURIComponent(cameraId)}/frame?width=640&maxAgeMs=any`,
      area: areaOf(area),
      onChange: (drawn) => this.#change({ area: areaText(drawn) }),
    };
    return html`${field}<area-picker .model=${model}></area-picker>`;
  }

  /** Offered where the camera has zones, or the watch names one that is gone. */
  #zone({ cameraId, zone }: WatchDraft): TemplateResult | typeof nothing {
    const names = (this.app.state.gateway.cameras.get(cameraId)?.zones ?? []).map(({ name }) => name);
    const all = zone === '' || names.includes(zone) ? names : [...names, zone];
    if (all.length === 0) return nothing;
    return selectField(
      {
        ...this.#field('zone', 'Zone'),
        hint: 'Only motion in it counts, and only what stands in it is counted.',
      },
      [['', 'The whole picture'], ...all.map((name) => [name, name] as const)],
    );
  }

  #condition(draft: WatchDraft): TemplateResult {
    const choices = conditionsOf(draft.skill).map((name) => [name, CONDITION_CHOICES[name]] as const);
    const hasValue = ['contains', 'atLeast', 'atMost'].includes(draft.condition);
    return html`
      ${selectField({ ...this.#field('condition', 'Fire when'), value: draft.condition }, choices)}
      ${hasValue ? textField(this.#field('value', draft.condition === 'contains' ? 'Words' : 'Number')) : nothing}
      ${textField({ ...this.#field('n', 'Answers that must count'), inputMode: 'numeric' })}
      ${textField({ ...this.#field('of', 'Of the last'), inputMode: 'numeric', hint: '2 of 3 keeps single wrong answers out.' })}
    `;
  }

  #pace(draft: WatchDraft): TemplateResult {
    return html`
      ${textField({ ...this.#field('everySeconds', 'Ask every, seconds'), inputMode: 'decimal' })}
      ${switchField('Only while there is motion', draft.onMotion, (onMotion) => this.#change({ onMotion }))}
      ${textField({ ...this.#field('cooldownSeconds', 'Silence after it fired, seconds'), inputMode: 'decimal' })}
      ${textField({ ...this.#field('preset', 'Then move the camera to preset'), hint: 'For cameras with pan, tilt, zoom. Empty: do not move.' })}
      ${this.#told(draft)}
      ${switchField('Tell the analysis backend', draft.deliver, (deliver) => this.#change({ deliver }))}
    `;
  }

  #told({ tell, isCalled }: WatchDraft): TemplateResult {
    const choices = this.#notifications.map(({ id, name }) => [id, name] as const);
    const isGone = tell !== '' && !choices.some(([id]) => id === tell);
    const chosen = this.#notifications.find(({ id }) => id === tell);
    const all = [
      ['', 'Only the list of events'],
      ...choices,
      ...(isGone ? [[tell, 'A notification that is gone']] : []),
    ];
    return html`
      ${selectField(
        {
          ...this.#field('tell', 'Then tell'),
          value: tell,
          onInput: (id) => this.#change({ tell: id, isCalled: false }),
          hint: 'With the answer and a link to the picture. Targets are under Settings, Notifications.',
        },
        all as [string, string][],
      )}
      ${chosen?.target.kind === 'webhook' ? switchField('Call this webhook for each event alone, in quiet hours too', isCalled, (on) => this.#change({ isCalled: on })) : nothing}
    `;
  }

  #field(
    name: Exclude<keyof WatchDraft, 'onMotion' | 'deliver' | 'isCalled' | 'further'>,
    label: string,
  ): FieldOptions {
    const error =
      this.#error !== undefined && this.#fieldOf(this.#error) === name ? this.#error.message : undefined;
    return {
      name,
      label,
      value: String(this.#draft?.[name] ?? ''),
      error,
      onInput: (value) => this.#change({ [name]: value }),
    };
  }

  #fieldOf({ field }: GatewayError): string | undefined {
    const [first = ''] = (field ?? '').split('.');
    if (first === '') return undefined;
    return FIELDS[first] ?? first;
  }

  #change(change: Partial<WatchDraft>): void {
    if (this.#draft !== undefined) this.#draft = { ...this.#draft, ...change };
    this.draw();
  }

  async #try(draft: WatchDraft): Promise<void> {
    this.#test = undefined;
    await this.#attempt('test', async () => {
      this.#test = await this.app.client.watches.test(bodyOf(draft));
    });
  }

  async #save(draft: WatchDraft): Promise<void> {
    const id = this.app.state.route.params.watchId;
    await this.#attempt('save', async () => {
      const { cameraId, ...changes } = bodyOf(draft);
      if (id === undefined) await this.#create({ cameraId, ...changes });
      else await this.app.client.watches.update(id, changes);
      location.hash = hrefOf('watches');
    });
  }

  /** One for each camera; those that are stored are not stored again when a later one is refused. */
  async #create(watch: NewWatch): Promise<void> {
    const further = watch.zone == null ? [...this.#further] : [];
    for (const cameraId of further) {
      if (cameraId !== watch.cameraId) await this.app.client.watches.create({ ...watch, cameraId });
      this.#further.delete(cameraId);
    }
    await this.app.client.watches.create(watch);
  }

  async #attempt(busy: 'test' | 'save' | undefined, work: () => Promise<void>): Promise<void> {
    this.#busy = busy;
    this.#error = undefined;
    this.draw();
    try {
      await work();
    } catch (error) {
      this.#error = error instanceof GatewayError ? error : undefined;
    }
    this.#busy = undefined;
    this.draw();
  }
}

export const ELEMENTS = { 'area-picker': AreaPicker, 'watch-editor': WatchEditor };
