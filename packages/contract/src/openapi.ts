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
  const paths: Record<string, Json> = {};
  const add = (key: string, described: Json): void => {
    const { method, path } = splitKey(key);
    const templated = path.replaceAll(/:(\w+)/g, '{$1}');
    paths[templated] = { ...paths[templated], [method.toLowerCase()]: described };
  };
  for (const [key, endpoint] of Object.entries(tables.open)) {
    add(key, { ...operation(endpoint), security: [] });
  }
  for (const [key, endpoint] of Object.entries(tables.authenticated)) add(key, operation(endpoint));
  return {
    openapi: '3.1.0',
    info,
    paths,
    security: [{ bearer: [] }, { session: [] }],
    components: {
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

function operation({ summary, params, query, body, response }: Endpoint): Json {
  const parameters = [...parametersOf('path', params), ...parametersOf('query', query)];
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: jsonContent(body, 'input') } }),
    responses: {
      200: { description: 'Done', content: jsonContent(response, 'input') },
      default: {
        description: 'Refused or failed',
        content: { 'application/problem+json': { schema: schemaOf(problemSchema, 'output') } },
      },
    },
  };
}

function jsonContent(schema: z.ZodType, io: 'input' | 'output'): Json {
  return { 'application/json': { schema: schemaOf(schema, io) } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const { shape }: z.ZodObject<Record<string, z.ZodType>> = schema;
  return Object.entries(shape).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: schemaOf(member, 'input'),
  }));
}
