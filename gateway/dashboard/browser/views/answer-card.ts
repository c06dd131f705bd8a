/** One camera's answer: the picture that was asked about, what was said of it, and what can be done with it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { ReasonAnswer } from '#shared/client/reason.ts';
import type { App } from '../app-state.ts';
import type { AskCard } from '../ask-model.ts';
import { pictureAge } from '../camera-words.ts';
import { clock } from '../format.ts';
import { mayAsk } from '../reasoning-state.ts';
import { hrefOf } from '../router.ts';
import { areaText } from '../watch-draft.ts';
import { askedPicture } from './asked-picture.ts';
import { icon } from './icons.ts';
import { problem } from './page-parts.ts';

const KIND_NAMES: Record<ReasonAnswer['kind'], string> = {
  ask: 'Question',
  describe: 'Description',
  find: 'Find',
  point: 'Point',
  count: 'Count',
};
const PROVIDER_NAMES: Record<ReasonAnswer['provider'], string> = {
  moondream: 'Moondream',
  vlm: 'Model server',
};

/** Actions of a card; absent ones are not offered. */
export interface CardActions {
  /** Asks again. @param isOld about the camera's last picture, however old */
  again?: ((isOld?: boolean) => void) | undefined;
  forget?: (() => void) | undefined;
}

/** A card of the question that was asked last. */
export function askCard(app: App, card: AskCard, { again }: CardActions): TemplateResult {
  const { answer, frame, state, text, error, retryAt } = card;
  const name = nameOf(app, card.cameraId);
  return html`<article class="answer-card card" data-state=${state} aria-label="${name}: ${card.words || 'description'}" aria-busy=${state === 'asking'}>
    ${askedPicture({ frame, answer, isAsking: state === 'asking', name })}
    <div class="answer-body">
      <p class="answer-camera"><a href=${hrefOf('camera', card.cameraId)}>${name}</a></p>
      ${text === '' ? nothing : html`<p class="answer-text">${text}</p>`}
      ${state === 'asking' && text === '' ? html`<p class="muted">${frame === undefined ? 'Taking a picture…' : 'Asking…'}</p>` : nothing}
      ${error === undefined ? nothing : failure(app, error, retryAt)}
      ${error?.code === 'stale-frame' ? lastPicture(app, card, again) : nothing}
      ${state === 'failed' && error === undefined ? html`<p class="muted">Stopped</p>` : nothing}
      ${answer === undefined ? nothing : facts(app, answer)}
      ${state === 'asking' ? nothing : actions(app, answer ?? card, { again })}
    </div>
  </article>`;
}

/** A card of the history. */
export function keptCard(app: App, answer: ReasonAnswer, { forget }: CardActions): TemplateResult {
  const name = nameOf(app, answer.cameraId);
  const words = wordsOf(answer);
  return html`<article class="answer-card kept" aria-label="${name}: ${words || 'description'}">
    ${askedPicture({ frame: answer.frame, answer, isAsking: false, name })}
    <div class="answer-body">
      <p class="answer-camera"><span class="chip">${KIND_NAMES[answer.kind]}</span> <a href=${hrefOf('camera', answer.cameraId)}>${name}</a></p>
      ${words === '' ? nothing : html`<p class="question">${words}</p>`}
      <p class="answer-text">${answer.answer}</p>
      ${facts(app, answer)}
      ${actions(app, answer, { forget })}
    </div>
  </article>`;
}

/** Of a camera that is away: its last picture with its age, which can be asked about. */
function lastPicture(app: App, { cameraId }: AskCard, again: CardActions['again']): TemplateResult {
  const age = pictureAge(app.state.gateway.statuses.get(cameraId), app.now);
  const picture = `api/cameras/${encodeURIComponent(cameraId)}/frame?width=640&maxAgeMs=any`;
  return html`<img class="last-picture" src=${picture} alt="The last picture of the camera" loading="lazy" />
    <p class="muted">Its last picture${age === '' ? nothing : html` is of ${age}`}.</p>
    <button class="button" type="button" @click=${() => again?.(true)}>Ask about this picture</button>`;
}

function failure(
  app: App,
  error: NonNullable<AskCard['error']>,
  retryAt: number | undefined,
): TemplateResult {
  if (retryAt === undefined) return problem(error.message, error.hint);
  const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
  return html`<p class="warning" role="status">${icon('retry')}The provider is busy. Asking again in ${seconds} s.</p>
    ${app.isGone ? nothing : html`<p class="muted">${error.message}</p>`}`;
}

function facts(app: App, answer: ReasonAnswer): TemplateResult {
  const model = answer.model ?? PROVIDER_NAMES[answer.provider];
  const parts = [
    `Picture of ${clock(answer.frame.timestamp * 1000, app.now)}`,
    answer.cached
      ? 'same picture as before'
      : `answered in ${Math.max(0.1, answer.latencyMs / 1000).toFixed(1)} s`,
    model,
  ];
  return html`<p class="muted answer-facts">${parts.join(' · ')}</p>
    ${answer.coordinates === 'estimated' ? html`<p class="muted answer-facts">Places are estimated by a language model and may be off.</p>` : nothing}`;
}

function actions(app: App, subject: ReasonAnswer | AskCard, { again, forget }: CardActions): TemplateResult {
  const words = wordsOf(subject);
  const text = 'text' in subject ? subject.text : subject.answer;
  return html`<div class="answer-actions">
    ${again === undefined ? nothing : html`<button class="button quiet" type="button" @click=${() => again()}>${icon('retry')}Ask again</button>`}
    ${text === '' ? nothing : html`<button class="button quiet" type="button" @click=${() => void copy(app, text)}>Copy</button>`}
    ${
      subject.kind === 'describe' || !mayAsk(app)
        ? nothing
        : html`<a class="button quiet" href=${watchHref(subject, words)}>${icon('eye')}Watch this</a>`
    }
    ${forget === undefined ? nothing : html`<button class="button quiet" type="button" aria-label="Delete this answer" @click=${forget}>${icon('remove')}</button>`}
  </div>`;
}

/** The editor of watches, filled with this question. */
export function watchHref(
  { kind, cameraId, ...subject }: Pick<ReasonAnswer, 'kind' | 'cameraId' | 'area'> | AskCard,
  words: string,
): string {
  const query = new URLSearchParams({
    [kind === 'ask' ? 'question' : 'object']: words,
    kind,
    camera: cameraId,
  });
  if ('area' in subject && subject.area) query.set('area', areaText(subject.area));
  return `#/watches/new?${query}`;
}

/** Name of a camera, removed ones too. */
export function nameOf(app: App, cameraId: string): string {
  return app.state.gateway.cameras.get(cameraId)?.name ?? `Camera ${cameraId}`;
}

function wordsOf(subject: ReasonAnswer | AskCard): string {
  return 'words' in subject ? subject.words : (subject.question ?? subject.object ?? '');
}

async function copy(app: App, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    app.announce('Copied');
  } catch {
    app.announce('This browser does not let pages copy');
  }
}
