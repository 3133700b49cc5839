import { describe, expect, it } from 'vitest';

import { smtpUrlProblem } from './smtp-url.ts';

describe('the URL of the SMTP server', () => {
  it.each([
    'smtp://localhost:1025',
    'smtp://mail.example.org',
    'smtps://laurel:p%40ss%2Fword@mail.example.org:465/',
    'smtp://laurel:x@mail.example.org:587?requireTLS=true&maxConnections=10&tls.minVersion=TLSv1.3',
    'smtp://[::1]:25?name=laurel.example.org',
  ])('is %s', (url) => {
    expect(smtpUrlProblem(url)).toBeUndefined();
  });

  it.each([
    'mail.example.org',
    'http://mail.example.org',
    'direct://mail.example.org',
    'smtp://',
    'smtp://mail.example.org/path',
    'smtp://mail.example.org?requiretls=true',
    'smtp://mail.example.org?requireTLS=yes',
    'smtp://mail.example.org?requireTLS=true&requireTLS=false',
    'smtp://mail.example.org?maxConnections=0',
    'smtp://mail.example.org?logger=true&debug=true',
    'smtp://mail.example.org?proxy=http://127.0.0.1:1',
    'smtp://mail.example.org?disableFileAccess=false',
    'smtp://mail.example.org?service=gmail',
    'smtp://mail.example.org?tls.key=x',
  ])('is not %s', (url) => {
    expect(smtpUrlProblem(url)).toBeDefined();
  });

  it('is not quoted where it is wrong: it holds a password', () => {
    for (const url of [
      'smtp://laurel:s3cr#et@mail.example.org',
      'smtp://laurel:s3cr/et@mail.example.org',
      'smtp://laurel:1?s3cret@mail.example.org',
      'smtp://laurel:1?requireTLS=s3cret@mail.example.org',
      's3cret',
    ]) {
      expect(smtpUrlProblem(url)).toBeDefined();
      expect(smtpUrlProblem(url)).not.toContain('s3cr');
    }
  });
});
