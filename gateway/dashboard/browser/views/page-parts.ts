/** Parts shared by several pages. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { CameraWords, Tone } from '../camera-words.ts';
import { type IconName, icon } from './icons.ts';

/** Title and actions of a page. */
export function pageHead(
  title: string,
  actions: unknown = nothing,
  under: unknown = nothing,
): TemplateResult {
  return html`<header class="page-head">
    <div class="page-title"><h1 tabindex="-1">${title}</h1>${under}</div>
    <div class="page-actions">${actions}</div>
  </header>`;
}

/** A coloured dot with a label. */
export function pill(tone: Tone, label: string): TemplateResult {
  return html`<span class="pill" data-tone=${tone}><span class="dot" aria-hidden="true"></span>${label}</span>`;
}

/** Placeholder of an empty page, with a hint. */
export function emptyState(
  symbol: IconName,
  title: string,
  text: unknown,
  action: unknown = nothing,
): TemplateResult {
  return html`<div class="empty">
    <span class="empty-icon">${icon(symbol)}</span>
    <h2>${title}</h2>
    <p>${text}</p>
    ${action}
  </div>`;
}

/** A fault with its hint. */
export function problem(title: string, advice: string | undefined): TemplateResult {
  return html`<div class="problem" role="alert">
    ${icon('alert')}
    <div><strong>${title}</strong>${advice === undefined ? nothing : html`<p>${advice}</p>`}</div>
  </div>`;
}

/** Why a camera is not live, and what to do. */
export function cameraNotice({ label, detail, advice, countdown }: CameraWords): TemplateResult {
  return html`<div class="notice">
    <strong class="notice-title">${label}</strong>
    ${detail === '' ? nothing : html`<p>${detail}</p>`}
    ${advice === '' ? nothing : html`<p class="advice">${advice}</p>`}
    ${countdown === '' ? nothing : html`<p class="countdown">${capitalized(countdown)}</p>`}
  </div>`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
