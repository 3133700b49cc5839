import { request } from 'undici';

import type { TestApp } from '../../testing/test-app.ts';

export const PASSWORD = 'correct horse battery staple';

export interface Sent {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into answers of any shape
  readonly json: any;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly cookie: string | undefined;
  /** `laurel_session=…`, as a browser sends it back. */
  readonly session: string;
}

export interface ConsoleClient {
  readonly send: (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    headers?: Record<string, string>,
    body?: unknown,
  ) => Promise<Sent>;
  readonly logIn: (
    headers?: Record<string, string>,
    credentials?: { readonly user?: string; readonly password?: string },
  ) => Promise<Sent>;
  readonly whoAmI: (cookie: string) => Promise<Sent>;
  /** What a browser sends from a page of this server. */
  readonly own: Record<string, string>;
}

/** Somebody who uses `/api` over HTTP: as a browser does where a test gives the cookie back. */
export function consoleClient(app: TestApp): ConsoleClient {
  const send = async (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ): Promise<Sent> => {
    const answer = await request(`${app.app.origin}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const json: unknown = JSON.parse(await answer.body.text());
    const set = answer.headers['set-cookie'];
    const cookie = Array.isArray(set) ? set[0] : set;
    return {
      status: answer.statusCode,
      json,
      headers: answer.headers,
      cookie,
      session: cookie?.split(';')[0] ?? '',
    };
  };
  const logIn = async (
    headers: Record<string, string> = {},
    credentials: { user?: string; password?: string } = {},
  ): Promise<Sent> =>
    await send('POST', '/api/session', headers, { user: 'admin', password: PASSWORD, ...credentials });
  const whoAmI = async (cookie: string): Promise<Sent> => await send('GET', '/api/session', { cookie });
  return { send, logIn, whoAmI, own: { origin: app.app.origin } };
}
