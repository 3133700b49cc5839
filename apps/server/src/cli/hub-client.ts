import { request } from 'undici';

export interface HubAnswer {
  readonly status: number;
  /** The body as JSON; its text where it is none. */
  readonly body: unknown;
}

/** A client of a running server: what any other program would use. */
export class HubClient {
  readonly #origin: string;
  readonly #authorization: string | undefined;

  constructor(origin: string, authorization?: string) {
    this.#origin = origin;
    this.#authorization = authorization;
  }

  async get(path: string): Promise<HubAnswer> {
    return await this.#send('GET', path);
  }

  async post(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HubAnswer> {
    return await this.#send('POST', path, body, headers);
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HubAnswer> {
    const answer = await request(`${this.#origin}${path}`, {
      method,
      headers: {
        ...(this.#authorization !== undefined && { authorization: this.#authorization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: jsonOrText(text) };
  }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A body that is not JSON is shown as it is.
    return text;
  }
}

/** The message of an error answer, in whichever shape its surface has. */
export function messageOf({ status, body }: HubAnswer): string {
  if (typeof body === 'object' && body !== null) {
    for (const name of ['message', 'title', 'errors']) {
      const value: unknown = Reflect.get(body, name);
      if (typeof value === 'string') return value;
    }
  }
  return typeof body === 'string' && body !== '' ? body.trim() : `HTTP status ${status}`;
}
