import { isAchievementType } from './achievement-type.ts';
import type { AchievementInput, CredentialInput, EvidenceInput, IssuerInput } from './credential-input.ts';
import type { Problem } from './problem.ts';
import { email, identifier, imageUrl, issuerId, salt, text, urnUuid, webUrl } from './value-rules.ts';
import type { Rule } from './value-rules.ts';

/** Everything that keeps the input from becoming a credential, with paths into the input. */
export function inputProblems(input: CredentialInput): readonly Problem[] {
  return [
    ...required(input.id, 'id', urnUuid),
    ...required(input.name, 'name', text),
    ...optional(input.description, 'description', text),
    ...issuerProblems(input.issuer),
    ...periodProblems(input),
    ...required(input.recipient.email, 'recipient.email', email),
    ...required(input.recipient.salt, 'recipient.salt', salt),
    ...optional(input.recipient.name, 'recipient.name', text),
    ...achievementProblems(input.achievement),
    ...(input.evidence ?? []).flatMap((one, index) => evidenceProblems(one, `evidence.${index}`)),
    ...sharedIds(input),
  ];
}

function issuerProblems(issuer: IssuerInput): readonly Problem[] {
  return [
    ...required(issuer.id, 'issuer.id', issuerId),
    ...required(issuer.name, 'issuer.name', text),
    ...optional(issuer.url, 'issuer.url', webUrl),
    ...optional(issuer.description, 'issuer.description', text),
    ...optional(issuer.email, 'issuer.email', email),
    ...optional(issuer.image, 'issuer.image', imageUrl),
  ];
}

function achievementProblems(achievement: AchievementInput): readonly Problem[] {
  const { criteria } = achievement;
  return [
    ...required(achievement.id, 'achievement.id', identifier),
    ...required(achievement.achievementType, 'achievement.achievementType', (value) =>
      isAchievementType(value) ? undefined : 'must be a type of Open Badges 3.0, or ext: and a name',
    ),
    ...required(achievement.name, 'achievement.name', text),
    ...required(achievement.description, 'achievement.description', text),
    ...(criteria.id === undefined && criteria.narrative === undefined
      ? [{ path: 'achievement.criteria', message: 'needs an id or a narrative' }]
      : []),
    ...optional(criteria.id, 'achievement.criteria.id', webUrl),
    ...optional(criteria.narrative, 'achievement.criteria.narrative', text),
    ...optional(achievement.image, 'achievement.image', imageUrl),
  ];
}

function evidenceProblems(evidence: EvidenceInput, path: string): readonly Problem[] {
  if (Object.values(evidence).every((value) => value === undefined))
    return [{ path, message: 'needs at least one field' }];
  return [
    ...optional(evidence.id, `${path}.id`, webUrl),
    ...optional(evidence.name, `${path}.name`, text),
    ...optional(evidence.description, `${path}.description`, text),
    ...optional(evidence.narrative, `${path}.narrative`, text),
    ...optional(evidence.genre, `${path}.genre`, text),
    ...optional(evidence.audience, `${path}.audience`, text),
  ];
}

function periodProblems(input: CredentialInput): readonly Problem[] {
  const { validFrom, validUntil, awardedDate } = input;
  const problems = [...instant(validFrom, 'validFrom'), ...instant(awardedDate, 'awardedDate')];
  if (validUntil === undefined) return problems;
  problems.push(...instant(validUntil, 'validUntil'));
  if (validUntil.getTime() <= validFrom.getTime())
    problems.push({ path: 'validUntil', message: 'must be later than validFrom' });
  return problems;
}

/** Years of other than four digits have no form that every verifier reads. */
function instant(value: Date, path: string): Problem[] {
  const year = value.getUTCFullYear();
  return year >= 1 && year <= 9999 ? [] : [{ path, message: 'must be an instant of the years 1 to 9999' }];
}

/** Parts with one id are one node for the proof, so what belongs to which of them would not be protected. */
function sharedIds(input: CredentialInput): readonly Problem[] {
  const { issuer, achievement, evidence = [] } = input;
  const images = [issuer.image, achievement.image].filter((image) => image !== undefined);
  const seen = new Set([input.id, ...images]);
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['issuer.id', issuer.id],
    ['achievement.id', achievement.id],
    ['achievement.criteria.id', achievement.criteria.id],
    ...evidence.map((one, index) => [`evidence.${index}.id`, one.id] as const),
  ];
  return parts.flatMap(([path, id]) => {
    if (id === undefined) return [];
    if (seen.has(id)) return [{ path, message: 'is the id of another part already' }];
    seen.add(id);
    return [];
  });
}

function required(value: string, path: string, rule: Rule): readonly Problem[] {
  const message = rule(value);
  return message === undefined ? [] : [{ path, message }];
}

function optional(value: string | undefined, path: string, rule: Rule): readonly Problem[] {
  return value === undefined ? [] : required(value, path, rule);
}
