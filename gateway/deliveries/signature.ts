/** Standard Webhooks signatures (standard-webhooks.md, "Signature scheme"). */
import { Webhook } from 'standardwebhooks';

/** Signs the exact bytes of a body. */
export type SignBody = (id: string, at: Date, body: string) => string;

/** A signer. Several secrets give one signature each, for rotation at the receiver. */
export function createSigner(secrets: string): SignBody {
  const webhooks = secrets.split(/\s+/).map((secret) => new Webhook(secret));
  return (id, at, body) => webhooks.map((webhook) => webhook.sign(id, at, body)).join(' ');
}
