import { expect, it } from 'vitest';
import { z } from 'zod';

import {
  applyEndpoints,
  connectionEndpoints,
  hubEndpoints,
  lifecycleEndpoints,
  loginEndpoints,
  mailEndpoints,
  openApi,
  profileEndpoints,
  runEndpoints,
  segmentEndpoints,
  sessionEndpoints,
  testRunEndpoints,
  workflowEndpoints,
} from './index.ts';

const INFO = { title: 'Laurel', version: '1' };

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]): string[] =>
    key === '$ref' && typeof member === 'string' ? [member] : references(member),
  );
}

it('refers to schemas that are in the document', () => {
  const document = openApi(
    {
      authenticated: {
        ...applyEndpoints,
        ...connectionEndpoints,
        ...hubEndpoints,
        ...lifecycleEndpoints,
        ...mailEndpoints,
        ...profileEndpoints,
        ...runEndpoints,
        ...segmentEndpoints,
        ...sessionEndpoints,
        ...testRunEndpoints,
        ...workflowEndpoints,
      },
      open: loginEndpoints,
    },
    INFO,
  );
  const found = references(document);
  expect(found.length).toBeGreaterThan(50);
  const resolve = (reference: string): unknown =>
    reference
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((value, key) => Reflect.get(Object(value), key), document);
  expect(found.filter((reference) => typeof resolve(reference) !== 'object')).toEqual([]);
  expect(document).toMatchObject({ components: { schemas: { Workflow: { type: 'object' } } } });
});

it('does not let two schemas have one name', () => {
  const named = (schema: z.ZodType): z.ZodType => z.object({ it: schema.meta({ id: 'Thing' }) });
  const endpoint = (response: z.ZodType) => ({ summary: 'Tells.', response });
  expect(() =>
    openApi(
      {
        authenticated: {
          'GET /a': endpoint(named(z.object({ a: z.string() }))),
          'GET /b': endpoint(named(z.object({ b: z.string() }))),
        },
        open: {},
      },
      INFO,
    ),
  ).toThrow('two schemas are named Thing');
});
