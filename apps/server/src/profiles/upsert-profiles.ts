import type { Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError, databaseErrorCode, inTransaction } from '../platform/db/transaction.ts';
import { GroupCommit } from '../platform/group-commit.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { lockProfiles, profileKey, writeContents } from './content-store.ts';
import type { LockedProfile } from './content-store.ts';
import type { ClientReference } from './identifiers.ts';
import { changeContent, EMPTY_CONTENT } from './profile-content.ts';
import type { ContentChange, ProfileContent } from './profile-content.ts';
import { ProfileResolution, sameIdentity } from './resolve-profiles.ts';
import type { IdentityChange, KnownProfile, Ownership } from './resolve-profiles.ts';
import { ensureTags } from './tag-store.ts';

/** What one request, or one item of a batch, says of a profile. */
export interface ProfileUpsert {
  readonly workspaceId: string;
  /** Who is meant. */
  readonly client: ClientReference;
  /** Whether a profile is made where there is none. */
  readonly make: boolean;
  /** The identifiers that the profile has from now on. */
  readonly identity: IdentityChange;
  readonly content: ContentChange;
}

export type UpsertOutcome =
  | { readonly kind: 'stored'; readonly clientId: number }
  | { readonly kind: 'missing' }
  /** Identifiers lead to several profiles, which are not merged. */
  | { readonly kind: 'conflict'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'too-large'; readonly errors: readonly FieldError[] };

/** Rows in one transaction; the contents of profiles are larger than events. */
const MAX_ROWS = 200;

/** Takes single upserts and stores many in one transaction; each is answered after the COMMIT. */
export function createUpserts(platform: Platform): GroupCommit<ProfileUpsert, UpsertOutcome> {
  return new GroupCommit({
    maxWeight: MAX_ROWS,
    maxInFlight: 2,
    overlapAt: MAX_ROWS / 2,
    // Data that the database refuses in spite of our own checks: the fault of one request, not of its neighbours.
    isPoisoned: (error) => /^2[23]/.test(databaseErrorCode(error) ?? ''),
    flush: async (upserts) =>
      await inTransaction(platform.db, async (tx) => await storeUpserts(tx, platform, upserts, 'each')),
  });
}

/**
 * Stores upserts as part of the caller's transaction. `each`: what can be stored is, whatever becomes of the others;
 * `all`: nothing is stored unless all can be. The outcomes are in the order of the upserts.
 */
export async function storeUpserts(
  tx: Tx,
  { numericIds, clock }: Pick<Platform, 'numericIds' | 'clock'>,
  upserts: readonly ProfileUpsert[],
  which: 'each' | 'all',
): Promise<UpsertOutcome[]> {
  const resolution = await ProfileResolution.load(tx, upserts.flatMap(referencesOf));
  const locked = await lockKnown(tx, resolution);
  const contents = new Map<string, ProfileContent>();
  const plans = upserts.map((upsert) => planUpsert(resolution, locked, contents, upsert));
  if (which === 'all' && plans.some(({ kind }) => kind !== 'stored')) return plans.map(outcomeOf);
  const now = clock.now();
  const save = await resolution.prepareSave(numericIds);
  await save(tx, now, contents);
  await writeContents(
    tx,
    now,
    [...locked.values()].flatMap((profile) => {
      const content = contents.get(profile.profileId) ?? profile.content;
      return content === profile.content ? [] : [{ ...profile, content }];
    }),
  );
  const tags = upserts.flatMap(({ workspaceId, content }, index) =>
    plans[index]?.kind === 'stored' ? content.tagsAdded.map((name) => ({ workspaceId, name })) : [],
  );
  await ensureTags(tx, numericIds, now, tags);
  return plans.map(outcomeOf);
}

function referencesOf({ workspaceId, client, identity }: ProfileUpsert) {
  const { email, customId, uuid } = identity;
  const named: ClientReference = {
    ...(typeof customId === 'string' && { customId }),
    ...(typeof uuid === 'string' && { uuid }),
    ...(typeof email === 'string' && { email }),
  };
  return [
    { workspaceId, client },
    { workspaceId, client: named },
  ];
}

/** Holds the profiles that were found. One that changed since it was looked up is met as a concurrent write. */
async function lockKnown(tx: Tx, resolution: ProfileResolution): Promise<ReadonlyMap<string, LockedProfile>> {
  const keys = resolution.profiles().map(({ workspaceId, id }) => ({ workspaceId, profileId: id }));
  const locked = await lockProfiles(tx, keys);
  for (const profile of resolution.profiles()) {
    const row = locked.get(profileKey({ workspaceId: profile.workspaceId, profileId: profile.id }));
    if (row === undefined || !sameIdentity(row, profile)) {
      throw new ConcurrentWriteError('another transaction changed or deleted one of these profiles');
    }
  }
  return locked;
}

type Plan =
  | { readonly kind: 'stored'; readonly profile: KnownProfile }
  | Exclude<UpsertOutcome, { kind: 'stored' }>;

/** Decides on one upsert; the resolution and `contents` follow only where it can be stored. */
function planUpsert(
  resolution: ProfileResolution,
  locked: ReadonlyMap<string, LockedProfile>,
  contents: Map<string, ProfileContent>,
  { workspaceId, client, make, identity, content }: ProfileUpsert,
): Plan {
  const owners = resolution.owners({ workspaceId, client });
  const found = owners[0]?.profile;
  const others = owners.filter(({ profile }) => profile.id !== found?.id);
  if (found === undefined && !make) return { kind: 'missing' };
  if (found !== undefined && others.length > 0) return conflict(found, others);
  const before =
    found === undefined
      ? EMPTY_CONTENT
      : (contents.get(found.id) ??
        locked.get(profileKey({ workspaceId, profileId: found.id }))?.content ??
        EMPTY_CONTENT);
  const outcome = changeContent(before, content);
  if (outcome.kind === 'too-large') return outcome;
  const profile = found ?? resolution.create(workspaceId);
  const foreign = resolution.identify(profile, identity);
  if (foreign.length > 0) return conflict(profile, foreign);
  contents.set(profile.id, outcome.content);
  return { kind: 'stored', profile };
}

function conflict(profile: KnownProfile, foreign: readonly Ownership[]): Plan {
  return {
    kind: 'conflict',
    errors: foreign.map(({ identifier: { kind, value }, profile: owner }) => ({
      field: kind === 'id' ? 'clientId' : kind,
      message: `belongs to ${nameOf(owner)}, not to ${nameOf(profile)}; profiles are not merged`,
      rejectedValue: value,
    })),
  };
}

function nameOf({ clientId }: KnownProfile): string {
  return clientId === 0 ? 'a new profile' : `the profile ${clientId}`;
}

/** After the save, which gives new profiles their numbers. */
function outcomeOf(plan: Plan): UpsertOutcome {
  return plan.kind === 'stored' ? { kind: 'stored', clientId: plan.profile.clientId } : plan;
}
