/** What a test of a watch found: the picture, the answer, and whether it counts. */
import { html, type TemplateResult } from 'lit-html';
import type { WatchTest } from '#shared/client/api-types.ts';
import { pill } from './page-parts.ts';

const READINGS = {
  yes: ['good', 'This answer counts'],
  no: ['off', 'This answer does not count'],
  unknown: ['bad', 'This answer cannot be read'],
} as const;

/** The result, told to screen readers. */
export function watchTest({ reading, text, picture }: WatchTest): TemplateResult {
  const [tone, label] = READINGS[reading];
  return html`<section class="watch-test" aria-label="Result of the test" role="status">
    <img class="watch-picture" src=${picture} alt="The picture that was asked about" />
    <div>${pill(tone, label)}<p>“${text}”</p></div>
  </section>`;
}
