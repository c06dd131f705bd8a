/** A picture that was asked about, with the boxes and points of the answer on it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { ReasonAnswer } from '#shared/client/reason.ts';

/** What is drawn. */
export interface AskedPicture {
  frame: ReasonAnswer['frame'] | undefined;
  answer: ReasonAnswer | undefined;
  /** The question is still being answered. */
  isAsking: boolean;
  /** For screen readers. */
  name: string;
}

/** The picture (styles are properties: the page's policy allows no attributes); a placeholder before it is known. */
export function askedPicture({ frame, answer, isAsking, name }: AskedPicture): TemplateResult {
  const ratio = frame === undefined ? '16 / 9' : `${frame.width} / ${frame.height}`;
  return html`<figure class="asked" .style=${`aspect-ratio: ${ratio}`} ?data-asking=${isAsking}>
    ${frame === undefined ? nothing : html`<img src=${pathOf(frame.url)} alt="${name}, as it was asked about" loading="lazy" />`}
    ${answer === undefined ? nothing : places(answer)}
  </figure>`;
}

/** Behind a path prefix only relative addresses lead to the gateway. */
export function pathOf(url: string): string {
  return url.replace(/^\//, '');
}

function places({ objects = [], points = [], object = '', area, coordinates }: ReasonAnswer): TemplateResult {
  const [x, y] = [scale(area?.[0], area?.[2]), scale(area?.[1], area?.[3])];
  const isEstimated = coordinates === 'estimated';
  return html`<div class="places" aria-hidden="true" ?data-estimated=${isEstimated}>
    ${objects.map(
      ({ x_min, y_min, x_max, y_max }, index) => html`<span class="place box" data-place=${index}
        .style=${`left: ${x(x_min)}%; top: ${y(y_min)}%; width: ${x(x_max) - x(x_min)}%; height: ${y(y_max) - y(y_min)}%`}><b>${object} ${index + 1}</b></span>`,
    )}
    ${points.map(
      (point, index) =>
        html`<span class="place point" data-place=${index} .style=${`left: ${x(point.x)}%; top: ${y(point.y)}%`}><b>${index + 1}</b></span>`,
    )}
  </div>`;
}

/** From a place in the whole picture to percent of the shown part. */
function scale(from = 0, size = 1): (value: number) => number {
  return (value) => Math.round(((value - from) / size) * 10_000) / 100;
}
