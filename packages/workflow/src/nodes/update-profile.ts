import { z } from 'zod';

import { NEXT } from '../node-type.ts';
import type { NodeType } from '../node-type.ts';

const tags = z.array(z.string().trim().min(1).max(100)).max(50).default([]);

export const updateProfileSettings = z
  .strictObject({
    attributes: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(200),
          /** May contain inserts. `null` as JSON removes the attribute. */
          value: z.string().max(8_192),
          /** What the rendered value is. `json` keeps numbers, booleans, lists and null. Default: `text`. */
          type: z.enum(['text', 'json']).default('text'),
        }),
      )
      .max(100)
      .default([]),
    addTags: tags,
    removeTags: tags,
  })
  .refine(
    ({ attributes, addTags, removeTags }) => attributes.length + addTags.length + removeTags.length > 0,
    { path: ['attributes'], message: 'nothing is changed: add an attribute or a tag' },
  );

export type UpdateProfileSettings = z.infer<typeof updateProfileSettings>;

/** Changes attributes and tags of the profile. */
export const updateProfile: NodeType<UpdateProfileSettings> = {
  type: 'update-profile',
  role: 'action',
  settings: updateProfileSettings,
  outputs: () => [NEXT],
  templates: ({ attributes }) =>
    attributes.map(({ value, type }, index) => ({
      field: `attributes[${index}].value`,
      source: value,
      output: type,
    })),
  arrive: () => ({ kind: 'act' }),
};
