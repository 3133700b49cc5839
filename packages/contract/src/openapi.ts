import { z } from 'zod';

import { splitKey } from './endpoint.ts';
import type { Endpoint, EndpointTable } from './endpoint.ts';
import { problemSchema } from './problem.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of a table of endpoints. */
export function openApi(endpoints: EndpointTable, info: { title: string; version: string }): Json {
  const paths: Record<string, Json> = {};
  for (const [key, endpoint] of Object.entries(endpoints)) {
    const { method, path } = splitKey(key);
    const templated = path.replaceAll(/:(\w+)/g, '{$1}');
    paths[templated] = { ...paths[templated], [method.toLowerCase()]: operation(endpoint) };
  }
  return {
    openapi: '3.1.0',
    info,
    paths,
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
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
