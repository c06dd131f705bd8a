/** Asks about one camera, beside its picture. */
import { html, type TemplateResult } from 'lit-html';
import { canAskProvider, isAdmin } from '../reasoning-state.ts';
import { AnswerHistory } from './answer-history.ts';
import { AskBox, setUpCard } from './ask-box.ts';
import { ViewElement } from './view-element.ts';

const KEPT = 3;

/** `<ask-panel>`: set-up where no provider can be asked. */
export class AskPanel extends ViewElement {
  cameraId = '';

  protected view(): TemplateResult {
    const { app, cameraId } = this;
    if (!app.state.hasState) return html``;
    if (!canAskProvider(app.state.gateway.services)) return setUpCard(isAdmin(app));
    return html`<section class="card ask-card" aria-label="Ask about this camera">
      <div class="card-head"><h2>Ask</h2><a href="#/ask?camera=${encodeURIComponent(cameraId)}">All answers</a></div>
      <ask-box .app=${app} .cameraIds=${[cameraId]} .drawnAt=${Date.now()}
        @asked=${() => this.querySelector<AnswerHistory>('answer-history')?.reload()}></ask-box>
      <answer-history .app=${app} .limit=${KEPT} .cameraId=${cameraId} .drawnAt=${Date.now()}></answer-history>
    </section>`;
  }
}

/** Elements inside it. */
export const ASK_ELEMENTS = { 'answer-history': AnswerHistory, 'ask-box': AskBox, 'ask-panel': AskPanel };
