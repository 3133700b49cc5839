import { AGREEMENTS, NATIVE_FIELDS } from './native-fields.ts';
import { attributesOf } from './profile-store.ts';
import type { Profile } from './profile-store.ts';

/** A profile as the compatible API answers it. Source: Synerise's SDK; `createdAt` and `updatedAt` are our own. */
export function clientBody(profile: Profile): object {
  const { sex, agreements } = profile.fields;
  const agreed = new Map(Object.entries(attributesOf(agreements)));
  const fields = NATIVE_FIELDS.map((name) => [name, profile.fields[name] ?? null] as const);
  return {
    clientId: profile.clientId,
    uuid: profile.uuid,
    customId: profile.customId,
    email: profile.email,
    ...Object.fromEntries(fields),
    sex: sex ?? 'NOT_SPECIFIED',
    agreements: Object.fromEntries(AGREEMENTS.map((name) => [name, agreed.get(name) ?? false])),
    anonymous: profile.email === null,
    attributes: profile.attributes,
    tags: profile.tags,
    lastActivityDate: profile.createdAt.toISOString(),
    createdAt: profile.createdAt.toISOString(),
    updatedAt: profile.updatedAt.toISOString(),
  };
}
