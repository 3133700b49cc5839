import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { readConfig } from './config.ts';

function problemsOf(env: Record<string, string>): readonly string[] {
  const outcome = readConfig(env);
  return outcome.kind === 'invalid' ? outcome.problems : [];
}

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      kind: 'valid',
      config: {
        port: 8321,
        host: '127.0.0.1',
        databaseUrl: undefined,
        roles: ['api', 'worker', 'scheduler', 'issuer'],
      },
    });
  });

  it('reports all problems together, each with its variable', () => {
    const problems = problemsOf({
      PORT: '70000',
      DATABASE_URL: 'mysql://x',
      LAUREL_ROLES: 'api,cook',
      LAUREL_APIKEY: 'x',
    });
    expect(problems).toHaveLength(4);
    for (const name of ['PORT', 'DATABASE_URL', 'LAUREL_ROLES', 'LAUREL_APIKEY is not a setting']) {
      expect(problems.some((problem) => problem.startsWith(name))).toBe(true);
    }
  });

  it('takes a list of where requests may go, and names each entry that is none', () => {
    const list = '127.0.0.1, 10.0.0.0/8:443,*.internal';
    expect(readConfig({ LAUREL_EGRESS_ALLOW: list })).toMatchObject({ config: { egressAllow: list } });
    expect(problemsOf({ LAUREL_EGRESS_ALLOW: '10.0.0.0/99, ok.example.org, http://x' })).toEqual([
      expect.stringMatching(/^LAUREL_EGRESS_ALLOW "10\.0\.0\.0\/99"/),
      expect.stringMatching(/^LAUREL_EGRESS_ALLOW "http:\/\/x"/),
    ]);
  });

  it('treats an empty variable as absent', () => {
    expect(problemsOf({ PORT: '', LAUREL_API_KEY: '' })).toEqual([]);
  });

  it('takes a secret from a file, and refuses two sources of one', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'laurel-config-')), 'key');
    writeFileSync(file, 'a key that is long enough\n');
    expect(readConfig({ LAUREL_API_KEY_FILE: file })).toMatchObject({
      config: { apiKey: 'a key that is long enough' },
    });
    expect(problemsOf({ LAUREL_API_KEY_FILE: file, LAUREL_API_KEY: 'x'.repeat(20) })).toEqual([
      'LAUREL_API_KEY and LAUREL_API_KEY_FILE are both set: keep one',
    ]);
    expect(problemsOf({ LAUREL_API_KEY_FILE: `${file}.not` })[0]).toMatch(/^LAUREL_API_KEY_FILE: ENOENT/);
  });

  it('takes a mail server with a sender, its password from a file too', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'laurel-config-')), 'smtp');
    writeFileSync(file, 'smtps://laurel:s3cret@mail.example.org\n');
    expect(
      readConfig({ SMTP_URL_FILE: file, LAUREL_MAIL_FROM: 'Laurel <laurel@example.org>' }),
    ).toMatchObject({
      config: {
        smtpUrl: 'smtps://laurel:s3cret@mail.example.org',
        mailFrom: { name: 'Laurel', address: 'laurel@example.org' },
      },
    });
    expect(problemsOf({ SMTP_URL_FILE: file })).toEqual([
      'LAUREL_MAIL_FROM is needed together with SMTP_URL',
    ]);
    const problems = problemsOf({ SMTP_URL: 'smtp://laurel:s3cr#et@', LAUREL_MAIL_FROM: 'Laurel' });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('s3cr');
  });
});
