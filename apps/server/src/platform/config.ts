import { readFileSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

import { EGRESS_SETTING, parseEgressAllow } from './egress/index.ts';
import { parseMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';
import { smtpUrlProblem } from './smtp-url.ts';

export const ROLES = ['api', 'worker', 'scheduler', 'issuer'] as const;
export type Role = (typeof ROLES)[number];

/** Of the passwords of users, in characters. */
export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 1_024;

const port = z.coerce.number().int().min(0).max(65_535);
const origin = z
  .string()
  .refine(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    'must be an http(s) URL',
  )
  .transform((value) => value.replace(/\/+$/, ''));

const smtpUrl = z.string().superRefine((value, context) => {
  const message = smtpUrlProblem(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
const mailbox = z.string().transform((value, context): Mailbox => {
  const parsed = parseMailbox(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'must be an e-mail address, or "Name <address>"' });
  return z.NEVER;
});

/** Every setting, in the order in which the documentation lists them. Defaults and descriptions are beside the keys. */
export const environment = z.object({
  PORT: port.default(8321).describe('The port of all surfaces.'),
  HOST: z.string().min(1).default('127.0.0.1').describe('The address to listen on. `0.0.0.0` for all.'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional()
    .describe('A PostgreSQL, 15 or newer. Absent: the embedded one, in the data folder.'),
  LAUREL_DATA_DIR: z
    .string()
    .min(1)
    .default('.laurel')
    .describe('The folder of the embedded database and of the master key.'),
  LAUREL_PUBLIC_URL: origin
    .optional()
    .describe(
      'What people reach the server by: it is in the links of credentials. Absent: where it listens.',
    ),
  LAUREL_MASTER_KEY: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe(
      'Encrypts the stored secrets. Absent: made on the first start and kept in the data folder, mode 0600.',
    ),
  LAUREL_WORKSPACE_GUID: z
    .uuid()
    .optional()
    .describe('The guid that the workspace gets on the first start. Absent: a random one.'),
  LAUREL_WORKSPACE_NAME: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .default('Laurel')
    .describe('The name that the workspace gets on the first start, and its issuer shows on credentials.'),
  LAUREL_API_KEY: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe('A key of the workspace. Absent: the first start makes a random one and prints it once.'),
  LAUREL_ISSUER_KEY: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe('A key of the issuer. Absent: likewise.'),
  LAUREL_ADMIN_PASSWORD: z
    .string()
    .min(MIN_PASSWORD_LENGTH, `must have at least ${MIN_PASSWORD_LENGTH} characters`)
    .max(MAX_PASSWORD_LENGTH, `must have at most ${MAX_PASSWORD_LENGTH} characters`)
    .optional()
    .describe(
      'The password that the user `admin` gets when it is made, on the first start. Absent: likewise. `laurel admin set-password` changes it.',
    ),
  LAUREL_ROLES: z
    .string()
    .transform((value) => value.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(ROLES)).min(1))
    .optional()
    .describe(
      'What this process does: `api`, `worker`, `scheduler`, `issuer`, separated by commas. Absent: all.',
    ),
  LAUREL_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('From which level on lines are logged.'),
  LAUREL_OUTGOING_TIMEOUT_SECONDS: z.coerce
    .number()
    .min(1)
    .max(120)
    .default(30)
    .describe('How long an outgoing request may take, its answer included.'),
  LAUREL_EGRESS_ALLOW: z
    .string()
    .superRefine((value, context) => {
      const outcome = parseEgressAllow(value, () => []);
      if (outcome.kind === 'policy') return;
      // What a problem is about is said by the one who reports it.
      for (const problem of outcome.problems)
        context.addIssue({ code: 'custom', message: problem.replace(`${EGRESS_SETTING}: `, '') });
    })
    .optional()
    .describe(
      'Where requests may go beside public addresses, separated by commas: networks (`10.0.0.0/8`), addresses, hosts (`accredible.internal`, `*.internal`), each with a port or without (`10.0.0.5:8443`). `*` allows everything. The own address of the server is always allowed.',
    ),
  SMTP_URL: smtpUrl
    .optional()
    .describe(
      'The server that takes e-mails: `smtps://user:password@host:465`, or `smtp://user:password@host:587?requireTLS=true`; without `requireTLS`, encryption is used where the server offers it. Absent: e-mails are kept in the outbox.',
    ),
  LAUREL_MAIL_FROM: mailbox
    .optional()
    .describe(
      'The sender of e-mails that name none: `Laurel <laurel@example.org>`. Needed together with `SMTP_URL`.',
    ),
});

/** Settings whose value may be kept in a file instead: `NAME_FILE` holds its path. */
export const SECRETS = [
  'DATABASE_URL',
  'LAUREL_MASTER_KEY',
  'LAUREL_API_KEY',
  'LAUREL_ISSUER_KEY',
  'SMTP_URL',
  'LAUREL_ADMIN_PASSWORD',
] as const;

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly publicUrl: string | undefined;
  readonly masterKey: string | undefined;
  readonly workspaceGuid: string | undefined;
  readonly workspaceName: string;
  readonly apiKey: string | undefined;
  readonly issuerKey: string | undefined;
  readonly adminPassword: string | undefined;
  readonly roles: readonly Role[];
  readonly logLevel: string;
  readonly outgoingTimeoutSeconds: number;
  /** Read by `parseEgressAllow`, which accepts it. */
  readonly egressAllow: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: Mailbox | undefined;
}

export type ConfigOutcome =
  | { kind: 'valid'; config: Config }
  | { kind: 'invalid'; problems: readonly string[] };

/**
 * Reads the environment once. All problems are reported together, each naming its variable; a variable that
 * starts with `LAUREL_` and is not known is a problem too, since it is most often a misspelled one.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ConfigOutcome {
  const problems: string[] = [];
  const values = withSecretFiles(env, problems);
  for (const name of Object.keys(env)) {
    if (name.startsWith('LAUREL_') && !isKnown(name)) problems.push(`${name} is not a setting of Laurel`);
  }
  if (values['SMTP_URL'] !== undefined && values['LAUREL_MAIL_FROM'] === undefined)
    problems.push('LAUREL_MAIL_FROM is needed together with SMTP_URL');
  const parsed = environment.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(`${String(issue.path[0])} ${issue.message}`);
  }
  if (problems.length > 0 || !parsed.success) return { kind: 'invalid', problems };
  const read = parsed.data;
  return {
    kind: 'valid',
    config: {
      port: read.PORT,
      host: read.HOST,
      databaseUrl: read.DATABASE_URL,
      dataDir: path.resolve(read.LAUREL_DATA_DIR),
      publicUrl: read.LAUREL_PUBLIC_URL,
      masterKey: read.LAUREL_MASTER_KEY,
      workspaceGuid: read.LAUREL_WORKSPACE_GUID,
      workspaceName: read.LAUREL_WORKSPACE_NAME,
      apiKey: read.LAUREL_API_KEY,
      issuerKey: read.LAUREL_ISSUER_KEY,
      adminPassword: read.LAUREL_ADMIN_PASSWORD,
      roles: read.LAUREL_ROLES ?? ROLES,
      logLevel: read.LAUREL_LOG_LEVEL,
      outgoingTimeoutSeconds: read.LAUREL_OUTGOING_TIMEOUT_SECONDS,
      egressAllow: read.LAUREL_EGRESS_ALLOW,
      smtpUrl: read.SMTP_URL,
      mailFrom: read.LAUREL_MAIL_FROM,
    },
  };
}

function isKnown(name: string): boolean {
  return name in environment.shape || SECRETS.some((secret) => name === `${secret}_FILE`);
}

function withSecretFiles(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '' && name in environment.shape) values[name] = value;
  }
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') continue;
    if (values[name] !== undefined) {
      problems.push(`${name} and ${name}_FILE are both set: keep one`);
      continue;
    }
    try {
      values[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      problems.push(`${name}_FILE: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return values;
}
