import { HubClient, messageOf } from './hub-client.ts';
import type { SendEventOptions } from './main.ts';
import type { Terminal } from './terminal.ts';

/** `laurel send-event ACTION` */
export async function sendEventCommand(
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
  action: string,
  options: SendEventOptions,
): Promise<boolean> {
  const key = options.key ?? env['LAUREL_API_KEY'];
  if (key === undefined) {
    terminal.error('An API key of the workspace is needed: give --key or set LAUREL_API_KEY.');
    return false;
  }
  const event = {
    label: action,
    action,
    client: { email: options.email },
    params: options.params,
    ...(options.time !== undefined && { time: options.time }),
    ...(options.salt !== undefined && { eventSalt: options.salt }),
  };
  const headers = options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey };
  const answer = await new HubClient(options.url, `Bearer ${key}`).post('/v4/events/custom', event, headers);
  if (answer.status === 202) {
    terminal.line(`${terminal.good('accepted')} ${action} of ${options.email}`);
    return true;
  }
  terminal.error(`not accepted: ${messageOf(answer)}`);
  return false;
}
