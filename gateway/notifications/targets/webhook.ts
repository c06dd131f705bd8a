/** Requests to webhooks of operators: signed like all deliveries, with a body of their choice. */
import type { Notice } from '#shared/contract/notification.ts';
import { deliveryHeaders } from '../../deliveries/http-endpoint.ts';
import type { OutgoingPost } from '../../deliveries/http-post.ts';
import { createSigner } from '../../deliveries/signature.ts';
import type { StoredTarget } from '../notification.ts';
import { renderTemplate } from '../template.ts';

/** @param at time of the attempt */
export function webhookPost(
  {
    url,
    secret,
    headers,
    template,
    contentType = 'application/json',
  }: Extract<StoredTarget, { kind: 'webhook' }>,
  notice: Notice,
  at: Date,
): OutgoingPost {
  const hasTemplate = typeof template === 'string';
  const body = hasTemplate ? renderTemplate(template, contentType, notice) : JSON.stringify(notice);
  const signed = deliveryHeaders({ id: notice.id, body, at }, createSigner(secret));
  const type = { 'content-type': hasTemplate ? contentType : 'application/json' };
  return { url, body, headers: { ...lowerCase(headers), ...type, ...signed } };
}

function lowerCase(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
