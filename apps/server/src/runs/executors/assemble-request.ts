import { bodyOutput } from '@laurel/workflow';
import type { OutgoingIntegrationSettings } from '@laurel/workflow';

import type { OutgoingRequest } from '../../integrations/index.ts';

export type AssembledRequest =
  | { readonly kind: 'assembled'; readonly request: OutgoingRequest }
  | { readonly kind: 'broken'; readonly reason: string };

/** The request of a node, from the rendered texts of its fields. */
export function assembleRequest(
  settings: OutgoingIntegrationSettings,
  texts: ReadonlyMap<string, string>,
): AssembledRequest {
  const url = texts.get('url') ?? '';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    return { kind: 'broken', reason: `url: "${url}" is not an http(s) URL` };
  }
  const headers: Record<string, string> = { accept: 'application/json' };
  for (const [index, { name }] of settings.headers.entries())
    headers[name.toLowerCase()] = (texts.get(`headers[${index}].value`) ?? '').trim();
  const body = texts.get('body');
  if (body !== undefined)
    headers['content-type'] ??=
      bodyOutput(settings) === 'json' ? 'application/json' : 'text/plain; charset=utf-8';
  return { kind: 'assembled', request: { method: settings.method, url, headers, body } };
}
