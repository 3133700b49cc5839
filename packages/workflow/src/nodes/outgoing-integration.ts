import { z } from 'zod';

import { retryPolicySchema, successRuleSchema } from '../delivery.ts';
import { eventNameSchema } from '../event-name.ts';
import { issuancePolicySchema } from '../issuance-policy.ts';
import type { SettingsIssue } from '../issue.ts';
import { NEXT } from '../node-type.ts';
import type { CheckEnvironment, NodeType, TemplateField } from '../node-type.ts';

const headerSchema = z.strictObject({
  name: z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a valid header name'),
  /** May contain inserts. */
  value: z.string().max(8_192),
});

export const outgoingIntegrationSettings = z.strictObject({
  /** Local to the node; prepared integrations are another type. */
  webhookType: z.literal('custom').default('custom'),
  /** Id of the connection that authenticates the request. */
  connection: z.string().min(1),
  /** The value of the parameter `name` of the event that the node generates. */
  webhookName: z.string().min(1).max(200),
  /** The event that the node generates on the profile, with the answer; made where it does not exist. */
  webhookEvent: z.strictObject({
    name: eventNameSchema.default('webhook.response'),
    displayName: z.string().min(1).max(200).optional(),
  }),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  /** May contain inserts. */
  url: z.string().min(1).max(4_096),
  headers: z.array(headerSchema).max(50).default([]),
  /** May contain inserts. Default: no body. */
  body: z.string().max(262_144).optional(),
  /** How inserted values are made safe in the body. Default: `json`, where a header says that it is JSON, else `text`. */
  bodyOutput: z.enum(['json', 'text']).optional(),
  success: successRuleSchema.prefault({}),
  retry: retryPolicySchema.prefault({}),
  /** How long the request may take, its answer included. Default: the connection's, else the server's. */
  timeoutSeconds: z.number().min(1).max(120).optional(),
  /** Parts of the JSON answer that later nodes read as `automationPathSteps['title'].response.name`. Default: none. */
  responseMapping: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be a name such as credentialId'),
        /** Names and places, as `credential.id` or `items.0.id`. */
        path: z.string().min(1).max(200),
      }),
    )
    .max(20)
    .default([]),
  /** One credential for a pass, by the ledger: for requests that issue one. Default: the receiver's rules alone. */
  issuance: z
    .strictObject({
      /** What the pass is of. May contain inserts. */
      certification: z.string().min(1).max(2_000),
      /** `skip` skips the step of a pass that has its credential; the others send, and the ledger counts. */
      policy: issuancePolicySchema.default('skip'),
    })
    .optional(),
});

export type OutgoingIntegrationSettings = z.infer<typeof outgoingIntegrationSettings>;

/** How the body's inserts are made safe: as chosen, else JSON unless a Content-Type says that it is something else. */
export function bodyOutput(settings: OutgoingIntegrationSettings): 'json' | 'text' {
  if (settings.bodyOutput !== undefined) return settings.bodyOutput;
  const contentType = settings.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value;
  return contentType === undefined || /[/+]json\b/i.test(contentType) ? 'json' : 'text';
}

/** Headers that belong to the connection itself; a node that sets them would break the request. */
const RESERVED_HEADERS = new Set([
  'host',
  'content-length',
  'connection',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/** Sends a request to another system and writes the answer to the profile as an event. */
export const outgoingIntegration: NodeType<OutgoingIntegrationSettings> = {
  type: 'outgoing-integration',
  role: 'action',
  settings: outgoingIntegrationSettings,
  outputs: () => [NEXT],
  templates: (settings) => [
    { field: 'url', source: settings.url, output: 'url' },
    ...settings.headers.map(({ value }, index): TemplateField => ({
      field: `headers[${index}].value`,
      source: value,
      output: 'header',
    })),
    ...(settings.body === undefined
      ? []
      : [{ field: 'body', source: settings.body, output: bodyOutput(settings) }]),
    ...(settings.issuance === undefined
      ? []
      : [
          {
            field: 'issuance.certification',
            source: settings.issuance.certification,
            output: 'text' as const,
          },
        ]),
  ],
  generates: ({ webhookEvent }) => [webhookEvent],
  check: (settings, environment) => [
    ...checkConnection(settings, environment),
    ...checkUrl(settings),
    ...checkHeaders(settings),
    ...checkBody(settings),
  ],
  arrive: () => ({ kind: 'act' }),
};

function checkConnection(
  settings: OutgoingIntegrationSettings,
  environment: CheckEnvironment,
): SettingsIssue[] {
  if (environment.hasConnection(settings.connection)) return [];
  return [
    {
      severity: 'error',
      code: 'unknown-connection',
      field: 'settings.connection',
      message: 'the connection does not exist: select or add one',
    },
  ];
}

function checkUrl(settings: OutgoingIntegrationSettings): SettingsIssue[] {
  const issues: SettingsIssue[] = [];
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(settings.url)?.[0].toLowerCase();
  const startsWithInsert = settings.url.startsWith('{');
  if (scheme !== 'http:' && scheme !== 'https:' && !startsWithInsert) {
    issues.push({
      severity: 'error',
      code: 'bad-url',
      field: 'settings.url',
      message: 'the URL must start with https:// or http://',
    });
  }
  return issues;
}

function checkHeaders(settings: OutgoingIntegrationSettings): SettingsIssue[] {
  return settings.headers.flatMap(({ name, value }, index) => {
    const field = `settings.headers[${index}]`;
    const issues: SettingsIssue[] = [];
    if (RESERVED_HEADERS.has(name.toLowerCase())) {
      issues.push({
        severity: 'error',
        code: 'reserved-header',
        field: `${field}.name`,
        message: `${name} is set by the connection itself: remove it`,
      });
    }
    if (name.toLowerCase() === 'authorization' && value.trim() !== '' && !value.includes('{')) {
      issues.push({
        severity: 'warning',
        code: 'secret-in-header',
        field: `${field}.value`,
        message: 'everyone who may edit the workflow can read this key: move it to a connection with a token',
      });
    }
    return issues;
  });
}

function checkBody(settings: OutgoingIntegrationSettings): SettingsIssue[] {
  if (settings.body === undefined || settings.method !== 'GET') return [];
  return [
    {
      severity: 'error',
      code: 'body-of-get',
      field: 'settings.body',
      message: 'a GET request has no body: remove it or choose another method',
    },
  ];
}
