import { z } from 'zod';

/** RFC 9457: the body of every error of the console API. */
export const problemSchema = z
  .object({
    type: z.string(),
    status: z.int(),
    code: z.string().describe('Stable, for programs'),
    title: z.string(),
    detail: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
