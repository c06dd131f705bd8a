/** Zones, masks and motion areas of a camera, drawn on its live picture, with the meter of motion. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { MotionLevel } from '#shared/client/api-types.ts';
import { GatewayError } from '#shared/client/gateway-error.ts';
import { DraftHistory } from '../draft-history.ts';
import { AreaCanvas } from '../elements/area-canvas.ts';
import { CameraPicture } from '../elements/camera-picture.ts';
import { followLevels } from '../motion-follower.ts';
import { hrefOf } from '../router.ts';
import type { ShownCamera } from '../status.ts';
import {
  areaFaultOf,
  areaNameOf,
  type DrawnArea,
  isSameDraft,
  newArea,
  type ZonesDraft,
  zonesChangesOf,
  zonesDraftOf,
} from '../zone-draft.ts';
import { areaList } from './area-list.ts';
import { icon } from './icons.ts';
import { motionSettings } from './motion-settings.ts';
import { emptyState, pageHead, pill, problem } from './page-parts.ts';
import { ViewElement } from './view-element.ts';

const USUAL_RATIO = '16 / 9';

/** `<zones-page>`. */
export class ZonesPage extends ViewElement {
  #cameraId = '';
  #stored: ZonesDraft | undefined;
  #history: DraftHistory<ZonesDraft> | undefined;
  #selected: number | undefined;
  #level: MotionLevel | undefined;
  #noLevel = '';
  #isSaving = false;
  #error: GatewayError | undefined;
  #ending = new AbortController();

  protected override entered(): void {
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    this.#cameraId = this.app.state.route.cameraId;
    window.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    // What is not saved would be gone without a question.
    window.addEventListener('beforeunload', (event) => this.#isChanged && event.preventDefault(), { signal });
    const handlers = {
      onLevel: (level: MotionLevel) => {
        this.#level = level;
        this.draw();
      },
      onRefused: (message: string) => {
        this.#noLevel = message;
        this.draw();
      },
    };
    void followLevels(this.app.client, this.#cameraId, handlers, signal);
    this.updated();
  }

  protected override left(): void {
    this.#ending.abort();
  }

  /** The page may open before the first state arrives. */
  protected override updated(): void {
    const camera = this.#camera;
    if (camera === undefined || this.#history !== undefined) return;
    this.#stored = zonesDraftOf(camera);
    this.#history = new DraftHistory(this.#stored);
  }

  get #camera(): ShownCamera | undefined {
    return this.app.state.gateway.cameras.get(this.#cameraId);
  }

  get #draft(): ZonesDraft {
    return (this.#history as DraftHistory<ZonesDraft>).now;
  }

  get #isChanged(): boolean {
    const [history, stored] = [this.#history, this.#stored];
    return history !== undefined && stored !== undefined && !isSameDraft(history.now, stored);
  }

  protected view(): TemplateResult {
    const camera = this.#camera;
    if (camera === undefined || this.#history === undefined) {
      if (!this.app.state.hasState) return html`${pageHead('Zones')}<div class="card skeleton tall"></div>`;
      return html`${pageHead('Zones')}${emptyState('cameras', 'There is no such camera', 'It may have been removed meanwhile.')}`;
    }
    const canEdit = this.app.canChange && camera.origin !== 'file';
    const faults = this.#faults();
    return html`
      <a class="back-link" href=${hrefOf('camera', camera.id)}>${icon('back')}${camera.name}</a>
      ${pageHead('Zones', canEdit ? this.#actions(faults.size > 0) : nothing, this.#state())}
      ${this.#error === undefined ? nothing : problem(this.#error.message, this.#error.hint)}
      ${this.#notes(camera)}
      <div class="zones-layout">
        <section class="zones-picture" aria-label="Live picture">${this.#picture(camera, faults, canEdit)}</section>
        <div class="zones-side">
          ${areaList({
            draft: this.#draft,
            selected: this.#selected,
            faults,
            level: this.#level,
            canEdit,
            onSelect: (id) => this.#select(id),
            onAdd: (kind) => this.#add(newArea(this.#draft.areas, kind)),
            onChange: (area, label) => this.#changeArea(area, label),
            onRemove: (id) => this.#remove(id),
          })}
          ${motionSettings({
            ...{ draft: this.#draft, level: this.#level, noLevel: this.#noLevel, canEdit },
            isUnsaved: this.#isChanged,
            onChange: (change, label) => this.#change({ ...this.#draft, ...change }, label),
          })}
        </div>
      </div>`;
  }

  #state(): TemplateResult {
    return html`<p class="summary">${this.#camera?.name}</p>${
      this.#isChanged ? pill('busy', 'Not saved') : pill('good', 'Saved')
    }`;
  }

  #actions(isFaulty: boolean): TemplateResult {
    const { canUndo } = this.#history as DraftHistory<ZonesDraft>;
    const isBusy = this.#isSaving || this.app.isGone;
    return html`
      <button class="button" type="button" ?disabled=${!canUndo || isBusy} @click=${() => this.#undo()}>Undo</button>
      <button class="button" type="button" ?disabled=${!this.#isChanged || isBusy} @click=${() => this.#discard()}>Discard</button>
      <button class="button primary" type="button" ?disabled=${!this.#isChanged || isFaulty || isBusy}
        @click=${() => void this.#save()}>${this.#isSaving ? 'Saving…' : 'Save'}</button>`;
  }

  #notes(camera: ShownCamera): TemplateResult | typeof nothing {
    const { motion, persons, faces } = camera.analysis;
    const isFromFile = camera.origin === 'file';
    if (isFromFile)
      return html`<p class="muted zones-note">This camera is kept in CAMERAS_FILE; change its zones there.</p>`;
    if (this.app.state.access === undefined) return nothing;
    if (!this.app.canChange)
      return html`<p class="muted zones-note">You can look at the zones. An admin can change them.</p>`;
    if (motion || persons || faces) return nothing;
    return html`<p class="zones-note">Nothing is detected at this camera yet: zones have no effect until
      <a href=${hrefOf('edit', camera.id)}>detection is switched on</a>.</p>`;
  }

  #picture(camera: ShownCamera, faults: ReadonlyMap<number, string>, canEdit: boolean): TemplateResult {
    const { app } = this;
    const status = app.state.gateway.statuses.get(camera.id);
    const ratio = status?.width && status.height ? `${status.width} / ${status.height}` : USUAL_RATIO;
    const selected = canEdit ? this.#draft.areas.find(({ id }) => id === this.#selected) : undefined;
    const model = {
      areas: this.#draft.areas,
      selected,
      faulty: new Set(faults.keys()),
      nameOf: (area: DrawnArea) => areaNameOf(area, this.#draft.areas),
      onChange: (polygon: DrawnArea['polygon'], gesture: string) => {
        if (selected !== undefined) this.#changeArea({ ...this.#current(selected), polygon }, gesture);
      },
      onEnd: () => this.#history?.pause(),
    };
    return html`<div class="zones-frame" .style=${`aspect-ratio: ${ratio}`}>
        <camera-picture camera-id=${camera.id} fps="10" .client=${app.client}></camera-picture>
        <area-canvas .model=${model}></area-canvas>
      </div>
      <p class="muted zones-hint" id="corner-keys">${
        selected === undefined
          ? canEdit
            ? 'Choose an area in the list, or add one.'
            : nothing
          : 'Drag corners, or the area. Tap the picture to add a corner. Keys: arrows move a corner (Shift: further), Enter adds one, Delete removes it.'
      }</p>`;
  }

  #current(area: DrawnArea): DrawnArea {
    return this.#draft.areas.find(({ id }) => id === area.id) ?? area;
  }

  #faults(): Map<number, string> {
    const { areas } = this.#draft;
    return new Map(
      areas.flatMap((area) => {
        const fault = areaFaultOf(area, areas);
        return fault === undefined ? [] : [[area.id, fault] as const];
      }),
    );
  }

  #select(id: number): void {
    this.#selected = this.#selected === id ? undefined : id;
    this.draw();
  }

  #add(area: DrawnArea): void {
    this.#selected = area.id;
    this.#change({ ...this.#draft, areas: [...this.#draft.areas, area] });
    this.app.announce(`${areaNameOf(area, this.#draft.areas)} was added`);
    this.querySelector<HTMLElement>('[data-corner="0"]')?.focus();
  }

  #changeArea(area: DrawnArea, label: string): void {
    const areas = this.#draft.areas.map((each) => (each.id === area.id ? area : each));
    this.#change({ ...this.#draft, areas }, label === '' ? '' : `${area.id} ${label}`);
  }

  #remove(id: number): void {
    this.#selected = undefined;
    this.#change({ ...this.#draft, areas: this.#draft.areas.filter((area) => area.id !== id) });
    this.app.announce('Removed');
    this.querySelector<HTMLElement>('.zones-add button')?.focus();
  }

  #change(draft: ZonesDraft, label = ''): void {
    this.#error = undefined;
    this.#history?.change(draft, label);
    this.draw();
  }

  #undo(): void {
    this.#history?.undo();
    this.draw();
    this.app.announce('Undone');
  }

  #discard(): void {
    this.#change(this.#stored as ZonesDraft);
    this.app.announce('Discarded');
  }

  #onKey(event: KeyboardEvent): void {
    const isUndo = event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    const isInText = (event.target as Element | null)?.matches?.('input[type="text"]') === true;
    if (!isUndo || isInText || this.#history?.canUndo !== true) return;
    event.preventDefault();
    this.#undo();
  }

  async #save(): Promise<void> {
    const camera = this.#camera;
    if (camera === undefined || this.#isSaving) return;
    const draft = this.#draft;
    this.#isSaving = true;
    this.#error = undefined;
    this.draw();
    try {
      await this.app.client.cameras.update(camera.id, zonesChangesOf(draft, camera));
      this.#stored = draft;
      this.app.announce('Saved');
    } catch (error) {
      this.#error =
        error instanceof GatewayError
          ? error
          : new GatewayError({ code: 'unexpected', message: String(error) });
    }
    this.#isSaving = false;
    this.draw();
  }
}

export const ELEMENTS = {
  'area-canvas': AreaCanvas,
  'camera-picture': CameraPicture,
  'zones-page': ZonesPage,
};
