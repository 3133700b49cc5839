import { isDeepStrictEqual } from 'node:util';

import type { Tx } from '../platform/db/database.ts';
import type { Platform } from '../platform/platform.ts';
import { mergedGroup } from './group-routes.ts';
import { findGroup, writeGroup } from './group-store.ts';

export interface PutGroup {
  readonly workspaceId: string;
  /** The id that the group is to have; catalogs refer to it. */
  readonly id: number | undefined;
  readonly name: string;
  readonly courseName: string;
  readonly courseDescription: string;
  readonly courseLink?: string | undefined;
  readonly language?: string | undefined;
  readonly allowDuplicateCredentials?: boolean | undefined;
}

export type PutGroupOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly id: number }
  | { readonly kind: 'conflict'; readonly message: string };

/** Makes the group of a name, or changes the one that is there. */
export async function putGroup(tx: Tx, platform: Platform, input: PutGroup): Promise<PutGroupOutcome> {
  const { workspaceId, name } = input;
  const named = await findGroup(tx, workspaceId, { name });
  const numbered = input.id === undefined ? undefined : await findGroup(tx, workspaceId, { id: input.id });
  if (input.id !== undefined && named !== undefined && named.id !== input.id) {
    return { kind: 'conflict', message: `there is a group of this name with another id, ${named.id}` };
  }
  const before = named ?? numbered;
  const id = input.id ?? before?.id ?? (await platform.numericIds.next('credential-group'));
  const group = mergedGroup(before, id, {
    name,
    courseName: input.courseName,
    courseDescription: input.courseDescription,
    courseLink: input.courseLink ?? null,
    allowDuplicates: input.allowDuplicateCredentials ?? false,
    details: input.language === undefined ? {} : { language: input.language },
  });
  if (before !== undefined) {
    const { createdAt: _created, updatedAt: _updated, ...present } = before;
    if (isDeepStrictEqual(present, group)) return { kind: 'unchanged', id };
  }
  await writeGroup(tx, platform.clock.now(), workspaceId, group);
  return { kind: before === undefined ? 'created' : 'updated', id };
}
