import type { z } from 'zod';

/** An endpoint of the console API. Its key in the table is `METHOD /path/:parameter`. */
export interface Endpoint {
  /** One sentence for the documentation. */
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
}

export type EndpointTable = Readonly<Record<string, Endpoint>>;

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a handler of the endpoint is given, checked. */
export interface EndpointInput<E extends Endpoint> {
  readonly params: Output<E['params']>;
  readonly query: Output<E['query']>;
  readonly body: Output<E['body']>;
}

/** What a handler of the endpoint answers, before it is written as JSON. */
export type EndpointResponse<E extends Endpoint> = z.input<E['response']>;

/** Splits a key of the table. */
export function splitKey(key: string): { readonly method: string; readonly path: string } {
  const [method, path] = key.split(' ');
  if (method === undefined || path === undefined) throw new Error(`${key} is not "METHOD /path"`);
  return { method, path };
}
