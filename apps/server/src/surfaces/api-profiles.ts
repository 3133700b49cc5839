import { profileEventSchema } from '@laurel/contract';
import type { profileEndpoints } from '@laurel/contract';

import { holderOf } from '../access/index.ts';
import { readProfileEvents } from '../events/index.ts';
import { ok, problem } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';
import { attributesOf, readProfile, searchProfiles } from '../profiles/index.ts';
import type { Profile } from '../profiles/index.ts';

const NO_PROFILE = problem({
  status: 404,
  code: 'profile-not-found',
  title: 'There is no profile with this id.',
});
const source = profileEventSchema.shape.source;

export function profileHandlers({ db }: Platform): Handlers<typeof profileEndpoints> {
  return {
    'GET /api/profiles': async ({ query }, request) => {
      const { workspaceId } = holderOf(request);
      const { profiles, next } = await searchProfiles(db, { workspaceId, ...query });
      return ok({ profiles: profiles.map(summaryView), ...(next !== undefined && { next }) });
    },
    'GET /api/profiles/:profileId': async ({ params }, request) => {
      const profile = await readProfile(db, holderOf(request).workspaceId, params.profileId);
      if (profile === undefined) return NO_PROFILE;
      const { uuids, fields, attributes } = profile;
      return ok({
        ...summaryView(profile),
        uuids: [...uuids],
        fields: { ...fields },
        attributes: { ...attributes },
      });
    },
    'GET /api/profiles/:profileId/events': async ({ params, query }, request) => {
      const { workspaceId } = holderOf(request);
      const { profileId } = params;
      if ((await readProfile(db, workspaceId, profileId)) === undefined) return NO_PROFILE;
      const { events, next } = await readProfileEvents(db, { workspaceId, profileId, ...query });
      const views = events.map((event) => ({
        id: event.id,
        action: event.action,
        time: event.time.toISOString(),
        receivedAt: event.receivedAt.toISOString(),
        source: source.parse(event.source),
        params: { ...attributesOf(event.params) },
      }));
      return ok({ events: views, ...(next !== undefined && { next }) });
    },
  };
}

function summaryView({ id, clientId, email, customId, uuid, fields, tags, createdAt, updatedAt }: Profile) {
  const { firstName, lastName } = fields;
  return {
    id,
    clientId,
    ...(email !== null && { email }),
    ...(customId !== null && { customId }),
    ...(uuid !== null && { uuid }),
    ...(typeof firstName === 'string' && { firstName }),
    ...(typeof lastName === 'string' && { lastName }),
    tags: [...tags],
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
