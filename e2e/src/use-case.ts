import { send, until } from './client.ts';
import type { Answer } from './client.ts';
import { API_KEY, ISSUER_KEY } from './server-process.ts';

/** The use case over public HTTP only, as somebody who follows it step by step. */
export interface UseCase {
  readonly hub: Readonly<Record<string, string>>;
  readonly certificationId: string;
  readonly groupId: number;
  readonly workflowId: string;
  /** What the server notes about the workflow. */
  readonly notes: readonly unknown[];
}

const BODY = (groupInRecipient: boolean): string =>
  groupInRecipient
    ? `{
        "credential": {
            "recipient": {
                "name": "{{ event.params.firstName }} {{ event.params.lastName }}",
                "email": "{% customer email %}",
            "group_id":"{% set key = event.params.certificationId %}{% catalogitem.certificationList(key) %}{% set object = catalog_result %}{{ object.get('accredibleid')}}{% endcatalogitem %}"
        }
    }}`
    : `{
        "credential": {
            "recipient": {
                "name": "{{ event.params.firstName }} {{ event.params.lastName }}",
                "email": "{% customer email %}"
            },
            "group_id":"{% set key = event.params.certificationId %}{% catalogitem.certificationList(key) %}{% set object = catalog_result %}{{ object.get('accredibleid')}}{% endcatalogitem %}"
    }}`;

/** Logs in with the workspace's API key, as the API's clients do. */
export async function logIn(origin: string): Promise<Record<string, string>> {
  const answer = await send('POST', `${origin}/uauth/v2/auth/login/profile`, { json: { apiKey: API_KEY } });
  return { authorization: `Bearer ${String(field(expectStatus(answer, 200).json(), 'token'))}` };
}

/** Group, schema, catalog with its CSV file, connection and workflow. */
export async function setUpUseCase(
  origin: string,
  options: { groupInRecipient?: boolean } = {},
): Promise<UseCase> {
  const hub = await logIn(origin);
  const issuer = { authorization: `Token token=${ISSUER_KEY}` };
  const group = await send('POST', `${origin}/v1/issuer/groups`, {
    headers: issuer,
    json: {
      group: { name: 'Analytics', course_name: 'Analytics Engineer', course_description: 'Models data.' },
    },
  });
  const groupId = Number(field(field(expectStatus(group, 200).json(), 'group'), 'id'));
  const schema = await send('POST', `${origin}/boxes-v2/schemas`, {
    headers: hub,
    json: { schemaName: 'analytics-engineer', tags: [], fields: { question: { type: 'TEXT' } } },
  });
  if (schema.status >= 300) throw new Error(`${schema.status} ${schema.text}`);
  const certificationId = String(field(schema.json(), 'schemaId') ?? field(schema.json(), 'id'));
  await importCatalog(origin, hub, `syneriseID,accredibleid\n${certificationId},${groupId}\n`);
  const workflow = await applyWorkflow(origin, hub, options.groupInRecipient ?? false);
  return { hub, certificationId, groupId, ...workflow };
}

async function importCatalog(origin: string, hub: Record<string, string>, csv: string): Promise<void> {
  const bag = await send('POST', `${origin}/catalogs/bags`, {
    headers: hub,
    json: { name: 'certificationList' },
  });
  const id = Number(field(field(expectStatus(bag, 200, 201).json(), 'data'), 'id'));
  expectStatus(await uploadCsv(origin, hub, id, 'syneriseID', csv), 200, 201, 202);
}

async function uploadCsv(
  origin: string,
  hub: Record<string, string>,
  bagId: number,
  itemKey: string,
  csv: string,
): Promise<Answer> {
  const boundary = 'laurel-e2e-boundary';
  const body = [
    `--${boundary}\r\nContent-Disposition: form-data; name="itemKey"\r\n\r\n${itemKey}\r\n`,
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\nContent-Type: text/csv\r\n\r\n${csv}\r\n`,
    `--${boundary}--\r\n`,
  ].join('');
  return await send('POST', `${origin}/catalogs/bags/${bagId}/items/upload`, {
    headers: { ...hub, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body,
  });
}

async function applyWorkflow(
  origin: string,
  hub: Record<string, string>,
  groupInRecipient: boolean,
): Promise<{ readonly workflowId: string; readonly notes: readonly unknown[] }> {
  const documents = [
    { kind: 'EventDefinition', metadata: { name: 'certification.acquired' }, spec: {} },
    {
      kind: 'Connection',
      metadata: { name: 'Issuer' },
      spec: { authentication: 'token', prefix: 'Token token=', token: ISSUER_KEY },
    },
    {
      kind: 'Workflow',
      metadata: { name: 'Issue' },
      spec: {
        definition: {
          format: '2026-11-24',
          nodes: [
            {
              id: 'acquired',
              type: 'profile-event',
              title: 'Certification acquired',
              settings: { event: 'certification.acquired' },
              outputs: { next: 'issue' },
            },
            {
              id: 'issue',
              type: 'outgoing-integration',
              title: 'Issue',
              settings: {
                connection: 'Issuer',
                webhookName: 'Accredible',
                webhookEvent: { name: 'accredible.userSent', displayName: 'User sent to Accredible' },
                url: `${origin}/v1/credentials`,
                headers: [{ name: 'Content-type', value: 'application/json' }],
                body: BODY(groupInRecipient),
              },
              outputs: { next: 'end' },
            },
            { id: 'end', type: 'end', title: 'End' },
          ],
        },
      },
    },
  ];
  const answer = expectStatus(
    await send('POST', `${origin}/api/apply`, { headers: hub, json: { documents } }),
    200,
  );
  const results: unknown = field(answer.json(), 'results');
  const workflow: unknown = Array.isArray(results) ? results.at(-1) : undefined;
  const notes: unknown = field(workflow, 'notes');
  return { workflowId: String(field(workflow, 'id')), notes: Array.isArray(notes) ? notes : [] };
}

/** The event of somebody who passed, the same each time: sent again it is the same event. */
export function acquired(it: UseCase, params: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    label: 'Certification acquired',
    action: 'certification.acquired',
    client: { email: 'ada@example.org' },
    time: '2026-11-24T09:30:00Z',
    eventSalt: 'ada-1',
    params: { firstName: 'Ada', lastName: 'Lovelace', certificationId: it.certificationId, ...params },
  };
}

/** The result events on a profile's timeline, oldest first. */
export async function resultEvents(
  origin: string,
  hub: Record<string, string>,
  email = 'ada@example.org',
): Promise<unknown[]> {
  const profile = await send('GET', `${origin}/v4/clients/by-email/${encodeURIComponent(email)}`, {
    headers: hub,
  });
  const clientId = String(field(expectStatus(profile, 200).json(), 'clientId'));
  const answer = await send('GET', `${origin}/v4/events/by-client/${clientId}?action=accredible.userSent`, {
    headers: hub,
  });
  const events: unknown = expectStatus(answer, 200).json();
  return Array.isArray(events) ? events.map((event: unknown) => field(event, 'params')) : [];
}

export async function resultEvent(
  origin: string,
  hub: Record<string, string>,
  email?: string,
): Promise<unknown> {
  return await until(async () => (await resultEvents(origin, hub, email))[0]);
}

/** `node: entered/executed/succeeded/failed/skipped` for each node. */
export async function counters(origin: string, it: UseCase): Promise<Record<string, string>> {
  const answer = await send('GET', `${origin}/api/workflows/${it.workflowId}/statistics`, {
    headers: { ...it.hub },
  });
  const total: unknown = field(expectStatus(answer, 200).json(), 'total');
  if (!Array.isArray(total)) throw new Error(answer.text);
  const names = ['entered', 'executed', 'succeeded', 'failed', 'skipped'];
  return Object.fromEntries(
    total.map((row: unknown) => [
      String(field(row, 'nodeId')),
      names.map((name) => String(field(row, name))).join('/'),
    ]),
  );
}

/** The credentials of the group, as a client of the issuer sees them. */
export async function credentials(origin: string, it: UseCase): Promise<unknown[]> {
  const answer = await send('GET', `${origin}/v1/all_credentials?group_id=${it.groupId}`, {
    headers: { authorization: `Token token=${ISSUER_KEY}` },
  });
  const list: unknown = field(expectStatus(answer, 200).json(), 'credentials');
  return Array.isArray(list) ? list.map((item: unknown) => item) : [];
}

export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function expectStatus(answer: Answer, ...statuses: number[]): Answer {
  if (statuses.includes(answer.status)) return answer;
  throw new Error(
    `status ${answer.status} instead of ${statuses.join(' or ')}: ${answer.text.slice(0, 500)}`,
  );
}
