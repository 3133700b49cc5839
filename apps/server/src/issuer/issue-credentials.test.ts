import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { issueCredentials, putGroup } from './index.ts';
import type { IssueOutcome, IssueRequest } from './index.ts';
import { ORIGIN } from './testing/set-up-issuer.ts';
import { adaIn, credentialOf, kindsOf, setUpIssuing } from './testing/set-up-issuing.ts';

const full: Partial<IssueRequest> = {
  name: 'Analytical Engine',
  description: 'Knows the engine',
  courseLink: 'https://example.org/course',
  issuedOn: '24/11/2026',
  expiredOn: '2028-1-4',
  approve: true,
  private: false,
  grade: '81',
  customAttributes: { cohort: 'A' },
  metaData: { post: '7' },
  recipient: {
    name: 'Ada Lovelace',
    email: 'Ada@Example.org',
    id: 'person-1',
    phoneNumber: '+442079460000',
    metaData: { team: 'x' },
  },
};
const fullBody = {
  name: 'Analytical Engine',
  description: 'Knows the engine',
  course_link: 'https://example.org/course',
  issued_on: '24/11/2026',
  expired_on: '2028-1-4',
  approve: true,
  private: false,
  grade: '81',
  custom_attributes: { cohort: 'A' },
  meta_data: { post: '7' },
  recipient: {
    name: 'Ada Lovelace',
    email: 'Ada@Example.org',
    id: 'person-1',
    phone_number: '+442079460000',
    meta_data: { team: 'x' },
  },
};
const shortBody = { recipient: { name: 'Ada Lovelace', email: 'Ada@Example.org' } };

/** Without what is another's in each credential: ids, and in the document also salt, hash and proof. */
function comparable(row: Record<string, unknown>): unknown {
  const { id: _id, uuid: _uuid, encoded_id: _encoded, document, ...rest } = row;
  const text = JSON.stringify(document, (key, value: unknown) =>
    ['salt', 'identityHash', 'proofValue'].includes(key) ? typeof value : value,
  );
  return { ...rest, document: text?.replaceAll(String(row['uuid']), 'UUID') };
}

describe('a request without HTTP', () => {
  it.each([
    ['full', full, fullBody],
    ['short', {}, shortBody],
    ['draft', { approve: false }, { ...shortBody, approve: false }],
  ])('makes the very credential that the same by HTTP makes: %s', async (_name, request, body) => {
    await using it = await setUpIssuing();
    const group = await it.group({ allow_duplicate_credentials: true });
    const credential = credentialOf((await it.issue(adaIn(group, request)))[0]);
    const answer = await it.send('POST', '/v1/credentials', { credential: { ...body, group_id: group } });
    expect(answer.status).toBe(200);
    const rows = await it.db.selectFrom('credential').selectAll().execute();
    expect(rows).toHaveLength(2);
    expect(comparable(rows[0] ?? {})).toEqual(comparable(rows[1] ?? {}));
    const views: Record<string, unknown>[] = [{ ...credential }, answer.json.credential];
    const bodies = views.map((view) => {
      const { id, accredible_internal_id: internal, uuid, encoded_id: encoded, url, ...rest } = view;
      expect(internal).toBe(id);
      expect(url).toBe(`${ORIGIN}/c/${String(uuid)}`);
      expect(encoded).toMatch(/^[0-9a-f]{12}$/);
      return rest;
    });
    expect(bodies[0]).toEqual(bodies[1]);
    expect((await it.send('GET', `/v1/credentials/${credential.id}`)).json.credential).toEqual(credential);
  });

  it('makes a document that its page verifies', async () => {
    await using it = await setUpIssuing();
    await it.group({ name: 'G' });
    const { uuid } = credentialOf((await it.issue(adaIn('G')))[0]);
    expect((await it.app.inject(`/c/${uuid}`)).body).toContain('Valid credential');
    expect((await it.app.inject(`/c/${uuid}.json`)).body).not.toContain('Ada@Example.org');
  });

  it.each<[Partial<IssueRequest>, object]>([
    [{ recipient: { name: ' ', email: '' } }, { recipient: { name: ' ', email: '' } }],
    [{ recipient: { name: 'A', email: 'a' } }, { recipient: { name: 'A', email: 'a' } }],
    [{ issuedOn: '2026-02-30' }, { ...shortBody, issued_on: '2026-02-30' }],
    [{ courseLink: 'javascript:alert(1)' }, { ...shortBody, course_link: 'javascript:alert(1)' }],
    [{ name: 'a\u0001b' }, { ...shortBody, name: 'a\u0001b' }],
    [{ customAttributes: { a: '\0' } }, { ...shortBody, custom_attributes: { a: '\0' } }],
    [{ groupReference: 999_999 }, { ...shortBody, group_id: 999_999 }],
    [{ groupReference: ' ' }, { ...shortBody, group_id: null, group_name: ' ' }],
    [{ groupReference: 'No such' }, { ...shortBody, group_id: null, group_name: 'No such' }],
  ])('is refused for the reasons of HTTP: %j', async (request, body) => {
    await using it = await setUpIssuing();
    const group = await it.group();
    const [outcome] = await it.issue(adaIn(group, request));
    const { status, json } = await it.send('POST', '/v1/credentials', {
      credential: { group_id: group, ...body },
    });
    expect(status).toBe(422);
    expect(outcome).toEqual({ kind: 'invalid', errors: json.errors });
  });
});

describe('a batch', () => {
  it('is answered in its order, of two for one group and e-mail the first is issued', async () => {
    await using it = await setUpIssuing();
    const [group, other] = [await it.group(), await it.group({ name: 'Other' })];
    const outcomes = await it.issue(
      adaIn(group, { name: 'a\u0001b' }),
      adaIn(` ${group} `),
      adaIn(999_999),
      adaIn(group, { recipient: { name: 'Somebody else', email: ' ada@example.ORG ' } }),
      adaIn('Other'),
      adaIn(group, { recipient: { name: 'Grace Hopper', email: 'grace@example.org' } }),
    );
    expect(kindsOf(outcomes)).toEqual(['invalid', 'issued', 'invalid', 'duplicate', 'issued', 'issued']);
    expect(credentialOf(outcomes[3])).toEqual(credentialOf(outcomes[1]));
    expect(credentialOf(outcomes[4])).toMatchObject({ group_id: other, group_name: 'Other' });
    expect(kindsOf(await it.issue(adaIn(group), adaIn(other)))).toEqual(['duplicate', 'duplicate']);
    expect(await it.db.selectFrom('credential').select('id').execute()).toHaveLength(3);
  });

  it("takes the caller's own id for one person", async () => {
    await using it = await setUpIssuing();
    const open = await it.group({ allow_duplicate_credentials: true });
    const grace = { recipient: { name: 'Grace Hopper', email: 'grace@example.org' } };
    const batch = [
      adaIn(open, { credentialReference: 'r-1' }),
      adaIn(open, { credentialReference: 'r-1' }),
      adaIn(open, { credentialReference: 'r-1', ...grace }),
      adaIn(open, { credentialReference: 'r-2' }),
    ];
    const first = await it.issue(...batch);
    expect(kindsOf(first)).toEqual(['issued', 'duplicate', 'invalid', 'issued']);
    expect(first[2]).toEqual({ kind: 'invalid', errors: { id: ['has already been taken'] } });
    expect(kindsOf(await it.issue(...batch))).toEqual(['duplicate', 'duplicate', 'invalid', 'duplicate']);
  });

  it('comes to what its requests come to one by one', async () => {
    await using it = await setUpIssuing();
    const { db, issuing } = it;
    const request = fc.record({
      group: fc.constantFrom('Once', 'Open', 'None'),
      email: fc.constantFrom('ada@example.org', 'ADA@example.org', 'grace@example.org', 'nobody'),
      reference: fc.constantFrom(undefined, undefined, 'r-1', 'r-2'),
    });
    const inWorkspace = async () => {
      const workspaceId = await testWorkspace(db);
      for (const name of ['Once', 'Open']) {
        await inTransaction(
          db,
          async (tx) =>
            await putGroup(tx, issuing.platform, {
              workspaceId,
              id: undefined,
              name,
              courseName: 'Course',
              courseDescription: 'Text',
              allowDuplicateCredentials: name === 'Open',
            }),
        );
      }
      return async (requests: readonly IssueRequest[]) =>
        await inTransaction(db, async (tx) => await issueCredentials(tx, issuing, workspaceId, requests));
    };
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 8 }), async (drawn) => {
        const requests = drawn.map(({ group, email, reference }) =>
          adaIn(group, {
            recipient: { name: 'Somebody', email },
            ...(reference !== undefined && { credentialReference: reference }),
          }),
        );
        const together = await (await inWorkspace())(requests);
        const issueAlone = await inWorkspace();
        const alone: IssueOutcome[] = [];
        for (const one of requests) alone.push(...(await issueAlone([one])));
        expect(kindsOf(together)).toEqual(kindsOf(alone));
      }),
      { numRuns: 15 },
    );
  });

  it('is gone with the transaction that it is part of', async () => {
    await using it = await setUpIssuing();
    const group = await it.group();
    const failing = inTransaction(it.db, async (tx) => {
      const outcomes = await issueCredentials(tx, it.issuing, it.workspaceId, [adaIn(group)]);
      throw new Error(kindsOf(outcomes).join());
    });
    await expect(failing).rejects.toThrow('issued');
    expect(await it.db.selectFrom('credential').select('id').execute()).toEqual([]);
  });

  it('makes one credential for a group and an e-mail among many transactions and requests at once', async () => {
    await using it = await setUpIssuing();
    const groups = [await it.group(), await it.group({ name: 'Other' })];
    const people = Array.from({ length: 6 }, (_, index) => ({
      name: `Person ${index}`,
      email: `p${index}@example.org`,
    }));
    const requests = groups.flatMap((group) => people.map((recipient) => adaIn(group, { recipient })));
    const [batches, answers] = await Promise.all([
      Promise.all(
        Array.from(
          { length: 10 },
          async (_, round) => await it.issue(...(round % 2 === 0 ? requests : requests.toReversed())),
        ),
      ),
      Promise.all(
        people.map(
          async (recipient) =>
            await it.send('POST', '/v1/credentials', { credential: { recipient, group_id: groups[0] } }),
        ),
      ),
    ]);
    const outcomes = batches.flat();
    const issued = outcomes.filter(({ kind }) => kind === 'issued').length;
    const byHttp = answers.filter(({ status }) => status === 200).length;
    expect(issued + byHttp).toBe(requests.length);
    expect(new Set(kindsOf(outcomes))).toEqual(new Set(['issued', 'duplicate']));
    expect(new Set(answers.map(({ status }) => status)).difference(new Set([200, 422]))).toEqual(new Set());
    expect(await it.db.selectFrom('credential').select('id').execute()).toHaveLength(requests.length);
    expect(new Set(outcomes.map((outcome) => credentialOf(outcome).id)).size).toBe(requests.length);
  });
});
