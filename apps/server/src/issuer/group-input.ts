import { storageProblem } from '../platform/db/storable-json.ts';
import { optional } from './credential-input.ts';
import type { FieldErrors } from './credential-input.ts';
import { flagOf, recordOf, textOf } from './loose-body.ts';
import type { Loose } from './loose-body.ts';

/** What a request says of a group; undefined is what it does not say. */
export interface GroupInput {
  readonly name?: string;
  readonly courseName?: string;
  readonly courseDescription?: string;
  readonly courseLink?: string | null;
  readonly allowDuplicates?: boolean;
  readonly details: Loose;
}

const KEPT = [
  'learning_outcomes',
  'attach_pdf',
  'design_id',
  'certificate_design_id',
  'badge_design_id',
  'department_id',
  'blockchain',
  'meta_data',
  'generate_private_credential',
  'auto_expiry',
  'signup_url',
  'skill_category_id',
  'achievement_type',
  'earning_criteria',
] as const;

export type ParsedGroup =
  | { readonly kind: 'valid'; readonly input: GroupInput }
  | { readonly kind: 'invalid'; readonly errors: string | FieldErrors };

/** Reads `{group: {…}}`. `langauge` is a misspelling of the official description that clients follow. */
export function parseGroup(body: unknown): ParsedGroup {
  const source = recordOf(recordOf(body)?.['group']);
  if (source === undefined)
    return { kind: 'invalid', errors: 'param is missing or the value is empty: group' };
  const problem = storageProblem(source);
  if (problem !== undefined)
    return { kind: 'invalid', errors: { [problem.path.replace(/^\./, '')]: [problem.message] } };
  const link = source['course_link'] === null ? null : textOf(source['course_link']);
  if (typeof link === 'string' && (!URL.canParse(link) || !/^https?:$/.test(new URL(link).protocol))) {
    return { kind: 'invalid', errors: { course_link: ['must be an http(s) URL'] } };
  }
  const language = textOf(source['language'] ?? source['langauge']);
  return {
    kind: 'valid',
    input: {
      ...optional('name', textOf(source['name'])),
      ...optional('courseName', textOf(source['course_name'])),
      ...optional('courseDescription', textOf(source['course_description'])),
      ...optional('courseLink', link),
      ...optional('allowDuplicates', flagOf(source['allow_duplicate_credentials'])),
      details: {
        ...Object.fromEntries(KEPT.flatMap((name) => (name in source ? [[name, source[name]]] : []))),
        ...(language !== undefined && { language }),
      },
    },
  };
}

/** What is missing of a group that is to be made. */
export function missingOf(input: GroupInput): FieldErrors | undefined {
  const required = {
    name: input.name,
    course_name: input.courseName,
    course_description: input.courseDescription,
  };
  const blank = Object.entries(required).filter(([, value]) => value === undefined);
  return blank.length === 0
    ? undefined
    : Object.fromEntries(blank.map(([field]) => [field, ["can't be blank"]]));
}
