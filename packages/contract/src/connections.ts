import { z } from 'zod';

const instant = z.iso.datetime();

/** Headers of the transport; and those by which a request is told from its repetition. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'te',
  'trailer',
  'traceparent',
  'transfer-encoding',
  'upgrade',
]);

/** Goes into a header: one line, of characters that a header may hold. */
const headerText = z
  .string()
  .min(1)
  .max(8_192)
  .regex(
    /^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/,
    'must be one line of ASCII characters without spaces around it',
  );
const freeText = z
  .string()
  .min(1)
  .max(8_192)
  .regex(/^[^\p{Cc}]*$/u, 'must be one line');
const headerName = z
  .string()
  .max(200)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a valid header name')
  .refine(
    (name) => !RESERVED_HEADERS.has(name.toLowerCase()),
    'is a header that the connection itself sets: choose another',
  );

/** A host, or every host below a name (`*.example.org`); a port where it is not the scheme's own. */
const hostPattern = z
  .string()
  .max(260)
  .regex(
    /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?(?::\d{1,5})?$/,
    'must be a host such as "api.example.org", or "*.example.org", in lower case',
  );

export const pacingSchema = z
  .strictObject({
    limit: z.int().min(1).max(1_000_000).describe('Most requests in any window, over all processes'),
    windowSeconds: z.number().min(1).max(3_600),
    concurrency: z.int().min(1).max(1_000).optional().describe('Most requests at once, over all processes'),
  })
  .meta({ id: 'Pacing' });

/** How a connection sends. */
export const sendingPolicySchema = z
  .strictObject({
    pacing: z
      .union([z.enum(['none', 'accredible']), pacingSchema])
      .optional()
      .describe(
        'Absent: `accredible` (200 requests per 30 s, 4 at once) for hosts of accredible.com, else `none`',
      ),
    connectTimeoutSeconds: z
      .number()
      .min(0.1)
      .max(30)
      .default(5)
      .describe('Resolving, connecting and the TLS handshake together'),
    timeoutSeconds: z
      .number()
      .min(0.1)
      .max(120)
      .optional()
      .describe('From sending to the last byte of the answer. Absent: LAUREL_OUTGOING_TIMEOUT_SECONDS'),
    followRedirects: z
      .int()
      .min(0)
      .max(5)
      .default(0)
      .describe('Most redirects followed: of a GET, and 307 and 308 of any method'),
    maxRequestBytes: z
      .int()
      .min(1)
      .max(16 * 1024 * 1024)
      .default(1024 * 1024)
      .describe('A larger body is not sent'),
    maxResponseBytes: z
      .int()
      .min(0)
      .max(64 * 1024)
      .default(64 * 1024)
      .describe('How much of an answer is read and stored'),
  })
  .meta({ id: 'SendingPolicy' });

const common = {
  hosts: z
    .array(hostPattern)
    .min(1)
    .max(50)
    .optional()
    .describe('The hosts that the secret may be sent to. Absent: any that a workflow names'),
  policy: sendingPolicySchema.prefault({}),
};

/** What of each kind may be shown. */
const none = { authentication: z.literal('none'), ...common };
const basic = {
  authentication: z.literal('basic'),
  login: freeText.refine((login) => !login.includes(':'), 'must not contain ":"'),
  ...common,
};
const token = {
  authentication: z.literal('token'),
  headerName: headerName.default('Authorization'),
  prefix: z
    .string()
    .max(100)
    .regex(/^[\x20-\x7E]*$/, 'must be ASCII')
    .default('Bearer ')
    .describe('What stands before the token, with its separator'),
  ...common,
};
const apiKey = {
  authentication: z.literal('api-key'),
  place: z.enum(['header', 'query']).default('header'),
  name: headerName.default('X-API-Key').describe('Of the header or of the query parameter'),
  ...common,
};
const oauth2 = {
  authentication: z.literal('oauth2'),
  tokenUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    .max(2_000)
    .regex(/^https?:\/\/[^/?#@]+(?:[/?#]|$)/i, 'must have no user name in it'),
  clientId: freeText,
  scope: freeText.optional(),
  audience: freeText.optional(),
  clientAuthentication: z
    .enum(['header', 'body'])
    .default('header')
    .describe('Where the client id and secret stand in the request for a token'),
  ...common,
};
const signature = {
  authentication: z.literal('signature'),
  rotationHours: z
    .number()
    .min(0)
    .max(24 * 7)
    .default(24)
    .describe('How long a replaced secret goes on signing beside the new one'),
  ...common,
};

/** 24 to 64 bytes, as the Standard Webhooks specification has it. */
const webhookSecret = z
  .string()
  .regex(
    /^whsec_(?=.{32,88}$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    'must be "whsec_" and 24 to 64 bytes in base64',
  );

/** A connection without its secrets: what is shown. */
export const connectionSettingsSchema = z
  .discriminatedUnion('authentication', [
    z.strictObject(none),
    z.strictObject(basic),
    z.strictObject(token),
    z.strictObject(apiKey),
    z.strictObject(oauth2),
    z.strictObject(signature),
  ])
  .meta({ id: 'ConnectionSettings' });

/** A connection as it is written. A secret is never read back; absent keeps the present one. */
export const connectionSpecSchema = z
  .discriminatedUnion('authentication', [
    z.strictObject(none),
    z.strictObject({ ...basic, password: freeText.optional() }),
    z.strictObject({ ...token, token: headerText.optional() }),
    z.strictObject({ ...apiKey, key: headerText.optional() }),
    z.strictObject({ ...oauth2, clientSecret: freeText.optional() }),
    z.strictObject({ ...signature, secret: webhookSecret.optional() }),
  ])
  .meta({ id: 'ConnectionSpec' });

export type ConnectionSettings = z.output<typeof connectionSettingsSchema>;
export type ConnectionSpec = z.output<typeof connectionSpecSchema>;
export type SendingPolicy = z.output<typeof sendingPolicySchema>;
export type Pacing = z.output<typeof pacingSchema>;

export const connectionHealthSchema = z
  .object({
    breaker: z.enum(['closed', 'open', 'half-open']),
    retryAt: instant.optional().describe('When an open breaker lets the next request through'),
    calls: z.int().describe('Requests of the last five minutes'),
    failures: z.int().describe('Of them: no answer, or one of 5xx'),
    pacedUntil: instant.optional().describe('When the pacing lets the next request through'),
    lastSuccessAt: instant.optional(),
    lastFailureAt: instant.optional(),
    lastFailure: z.string().optional().describe('Why. Secrets are masked'),
  })
  .meta({ id: 'ConnectionHealth' });

export const connectionSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    settings: connectionSettingsSchema,
    previousSecretUntil: instant.optional().describe('Until when a replaced secret goes on signing'),
    createdAt: instant,
    updatedAt: instant,
    health: connectionHealthSchema,
  })
  .meta({ id: 'Connection' });

export type ConnectionHealth = z.output<typeof connectionHealthSchema>;

const writeConnectionSchema = z
  .strictObject({ name: z.string().trim().min(1).max(200), settings: connectionSpecSchema })
  .meta({ id: 'WriteConnection' });

export const timingsSchema = z
  .object({
    queuedMs: z.number().optional().describe('Waiting here, for a turn or for a connection'),
    dnsMs: z.number().optional(),
    connectMs: z.number().optional(),
    tlsMs: z.number().optional(),
    firstByteMs: z.number().optional().describe('From sending to the first byte of the answer'),
    totalMs: z.number(),
  })
  .meta({ id: 'Timings' });

export type Timings = z.output<typeof timingsSchema>;

const connectionId = z.object({ connectionId: z.uuid() });
const usedBy = z.array(z.object({ id: z.uuid(), name: z.string() })).describe('Workflows that name it');

export const connectionEndpoints = {
  'GET /api/connections': {
    summary: 'The connections of the workspace, by name, without their secrets.',
    response: z.object({ connections: z.array(connectionSchema) }),
  },
  'POST /api/connections': {
    summary: 'Makes a connection.',
    body: writeConnectionSchema,
    response: z.object({ connection: connectionSchema }),
  },
  'GET /api/connections/:connectionId': {
    summary: 'A connection, with the workflows that use it.',
    params: connectionId,
    response: z.object({ connection: connectionSchema, usedBy }),
  },
  'PUT /api/connections/:connectionId': {
    summary: 'Changes a connection. Secrets that are left out stay as they are.',
    params: connectionId,
    body: writeConnectionSchema,
    response: z.object({ connection: connectionSchema }),
  },
  'DELETE /api/connections/:connectionId': {
    summary: 'Deletes a connection that no workflow uses.',
    params: connectionId,
    response: z.object({ id: z.uuid() }),
  },
  'POST /api/connections/:connectionId/test': {
    summary: 'Sends a GET or HEAD request without a body, with the authentication of the connection.',
    params: connectionId,
    body: z.strictObject({
      url: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).max(4_096),
      method: z.enum(['GET', 'HEAD']).default('GET'),
    }),
    response: z.object({
      outcome: z.enum(['answered', 'not-sent', 'unknown', 'refused']),
      status: z.int().optional(),
      reason: z.string().optional().describe('Why there is no answer. Secrets are masked'),
      timings: timingsSchema,
    }),
  },
} as const;
