import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** A message as the Standard Webhooks specification signs it. */
export interface WebhookMessage {
  /** Tells the message from others; the same when it is sent again. */
  readonly id: string;
  readonly at: Date;
  readonly body: string | undefined;
}

/**
 * The headers by which a receiver knows that a message is ours: `webhook-id`, `webhook-timestamp` (seconds) and
 * `webhook-signature`, one `v1,<base64>` for each live secret (https://github.com/standard-webhooks/standard-webhooks,
 * spec/standard-webhooks.md). A secret is `whsec_` and its bytes in base64.
 */
export function webhookHeaders(message: WebhookMessage, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(message.at.getTime() / 1_000));
  const signed = `${message.id}.${timestamp}.${message.body ?? ''}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  });
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
