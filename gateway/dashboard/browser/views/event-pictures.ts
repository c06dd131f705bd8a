/** The best picture of an event with what was found in it, and on demand its first. */
import { html, nothing, svg, type TemplateResult } from 'lit-html';
import type { CameraEvent } from '#shared/client/events.ts';
import { ViewElement } from './view-element.ts';

type Which = 'first' | 'best';

const NAMES: Record<Which, string> = { best: 'Best picture', first: 'First picture' };

/** `<event-pictures>`. */
export class EventPictures extends ViewElement {
  #event: CameraEvent | undefined;
  #which: Which = 'best';

  set event(event: CameraEvent) {
    if (event.id !== this.#event?.id) this.#which = 'best';
    this.#event = event;
  }

  protected view(): TemplateResult {
    const event = this.#event;
    if (event === undefined || event.snapshotUrl === null) return html``;
    const { first, best } = event.pictures ?? {};
    const hasBoth = first != null && best != null && first.takenAt !== best.takenAt;
    const which = hasBoth ? this.#which : 'best';
    // The best changes while the event goes on.
    const source = `${event.snapshotUrl.replace(/^\//, '')}?picture=${which}&v=${Date.parse(event.updatedAt)}`;
    const shown = which === 'first' ? first : best;
    return html`<div class="drawer-picture"><img src=${source} alt="${NAMES[which]} of the event" />${boxes(shown?.objects ?? olderBox(event))}</div>
      ${hasBoth ? this.#choice(which) : nothing}`;
  }

  #choice(which: Which): TemplateResult {
    const choose = (name: Which): void => {
      this.#which = name;
      this.draw();
    };
    return html`<fieldset class="segments"><legend class="visually-hidden">Picture</legend>
      ${(['best', 'first'] as const).map(
        (
          name,
        ) => html`<label><input type="radio" name="event-picture" value=${name} .checked=${which === name}
          @change=${() => choose(name)} /><span>${NAMES[name]}</span></label>`,
      )}</fieldset>`;
  }
}

interface BoxedObject {
  label: string;
  box: readonly number[];
}

/** Where the objects were. */
function boxes(objects: readonly BoxedObject[]): TemplateResult | typeof nothing {
  if (objects.length === 0) return nothing;
  return html`<svg class="drawer-box" viewBox="0 0 100 100" preserveAspectRatio="none" role="img"
    aria-label=${`Found: ${objects.map(({ label }) => label).join(', ')}`}>
    ${objects.map(({ box }) => boxShape(box))}</svg>`;
}

function boxShape(box: readonly number[]): TemplateResult {
  const [left, top, width, height] = box.map((share) => share * 100) as [number, number, number, number];
  return svg`<rect x=${left} y=${top} width=${width} height=${height} vector-effect="non-scaling-stroke" />`;
}

/** Events of earlier versions know one box. */
function olderBox({ data }: CameraEvent): BoxedObject[] {
  const { box } = data as { box?: unknown };
  const isBox = Array.isArray(box) && box.length === 4 && box.every((share) => typeof share === 'number');
  return isBox ? [{ label: 'object', box: box as number[] }] : [];
}
