import { z } from 'zod';

import { splitKey } from './endpoint.ts';
import type { Endpoint, EndpointTable } from './endpoint.ts';
import { problemSchema } from './problem.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of two tables of endpoints: those behind authentication, and those that anybody may call. */
export function openApi(
  tables: { readonly authenticated: EndpointTable; readonly open: EndpointTable },
  info: { title: string; version: string },
): Json {
  const named = new NamedSchemas();
  const paths: Record<string, Json> = {};
  const add = (key: string, described: Json): void => {
    const { method, path } = splitKey(key);
    const templated = path.replaceAll(/:(\w+)/g, '{$1}');
    paths[templated] = { ...paths[templated], [method.toLowerCase()]: described };
  };
  for (const [key, endpoint] of Object.entries(tables.open)) {
    add(key, { ...operation(named, endpoint), security: [] });
  }
  for (const [key, endpoint] of Object.entries(tables.authenticated)) add(key, operation(named, endpoint));
  return {
    openapi: '3.1.0',
    info,
    paths,
    security: [{ bearer: [] }, { session: [] }],
    components: {
      schemas: named.all(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'laurel_session',
          description:
            'Made by POST /api/session. Requests that change something need Origin or Sec-Fetch-Site.',
        },
      },
    },
  };
}

/** Schemas that have a name are written once, where a document of OpenAPI has them, and referred to. */
class NamedSchemas {
  readonly #schemas = new Map<string, Json>();

  /** A schema as JSON Schema, without the named ones that it refers to. Throws where two have one name. */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [name, definition] of Object.entries($defs)) {
      const written = referring({ ...definition });
      const known = this.#schemas.get(name) ?? written;
      if (JSON.stringify(known) !== JSON.stringify(written)) throw new Error(`two schemas are named ${name}`);
      this.#schemas.set(name, written);
    }
    return referring(rest);
  }

  all(): Json {
    return Object.fromEntries([...this.#schemas].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** The same, with its references to where the named schemas are. */
function referring(part: Json): Json {
  return Object.fromEntries(
    Object.entries(part).map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string'
        ? member.replace('#/$defs/', '#/components/schemas/')
        : referringIn(member),
    ]),
  );
}

function referringIn(member: unknown): unknown {
  if (Array.isArray(member)) return member.map(referringIn);
  return typeof member === 'object' && member !== null ? referring({ ...member }) : member;
}

function operation(named: NamedSchemas, { summary, params, query, body, response }: Endpoint): Json {
  const parameters = [...parametersOf(named, 'path', params), ...parametersOf(named, 'query', query)];
  const content = (schema: z.ZodType): Json => ({
    'application/json': { schema: named.schemaOf(schema, 'input') },
  });
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: content(body) } }),
    responses: {
      200: { description: 'Done', content: content(response) },
      default: {
        description: 'Refused or failed',
        content: { 'application/problem+json': { schema: named.schemaOf(problemSchema, 'output') } },
      },
    },
  };
}

function parametersOf(named: NamedSchemas, place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const { shape }: z.ZodObject<Record<string, z.ZodType>> = schema;
  return Object.entries(shape).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: named.schemaOf(member, 'input'),
  }));
}
