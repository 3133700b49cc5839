import { request } from 'undici';
import { describe, expect, it } from 'vitest';

import { testApp } from '../testing/test-app.ts';
import { consoleClient, PASSWORD } from './testing/console-client.ts';

const MINUTE = 60_000;

// Dozens of passwords are checked here, on machines that have other things to do, too.
describe('guessing', { timeout: 90_000 }, () => {
  it('is stopped after ten failures from one address, right password or not, for a quarter of an hour', async () => {
    await using app = await testApp({ LAUREL_ADMIN_PASSWORD: PASSWORD });
    const client = consoleClient(app);
    const guesser = { 'x-forwarded-for': '2001:db8:1:2::1' };
    // All at once: none slips through while the others are being checked.
    const guesses = await Promise.all(
      Array.from(
        { length: 25 },
        async (_, n) => await client.logIn(guesser, { user: `u${n}`, password: `guess ${n}` }),
      ),
    );
    const statuses = guesses.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([...Array<number>(10).fill(401), ...Array<number>(15).fill(429)]);
    const limited = await client.logIn({ 'x-forwarded-for': '2001:db8:1:2:ffff::9' });
    expect(limited).toMatchObject({ status: 429, cookie: undefined, json: { code: 'too-many-logins' } });
    expect(limited.headers['retry-after']).toBe('900');
    expect(await client.logIn({ 'x-forwarded-for': '2001:db8:1:3::1' })).toMatchObject({ status: 200 });
    app.clock.advance(15 * MINUTE);
    expect(await client.logIn(guesser)).toMatchObject({ status: 200 });
  });

  it('does not hold up the rest of the server, and what is too much is sent away', async () => {
    await using app = await testApp({ LAUREL_ADMIN_PASSWORD: PASSWORD });
    const client = consoleClient(app);
    const crowd = Array.from(
      { length: 60 },
      async (_, n) =>
        await client.logIn({ 'x-forwarded-for': `203.0.113.${n}` }, { user: `u${n}`, password: 'guess' }),
    );
    const health = await client.send('GET', '/healthz');
    expect(health.status).toBe(200);
    const statuses = (await Promise.all(crowd)).map(({ status }) => status);
    const count = (wanted: number) => statuses.filter((status) => status === wanted).length;
    expect(count(401) + count(503)).toBe(60);
    expect(count(503)).toBeGreaterThan(0);
    expect(count(401)).toBeGreaterThanOrEqual(32);
    expect(await client.logIn()).toMatchObject({ status: 200 });
  });

  it('leaves no password and no token in the log, but whom it was tried on', async () => {
    await using app = await testApp({ LAUREL_ADMIN_PASSWORD: PASSWORD });
    const client = consoleClient(app);
    const { session } = await client.logIn();
    await client.logIn({}, { password: 'a wrong password' });
    await client.logIn({}, { user: 'typed password', password: 'x' });
    await client.send('POST', '/api/session', {}, { user: 'admin', password: PASSWORD, more: 1 });
    const broken = await request(`${app.app.origin}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"user":"admin","password":"${PASSWORD}`,
    });
    expect(broken.statusCode).toBe(400);
    await broken.body.dump();
    // A fault on the way, with its stack.
    await app.database.pool.query('alter table user_session rename to gone');
    expect(await client.logIn({ cookie: session })).toMatchObject({ status: 500 });
    expect(await client.whoAmI(session)).toMatchObject({ status: 500 });
    const logged = app.logged();
    expect(logged).toContain('a user logged in');
    expect(logged).toMatch(
      /"address":"127.0.0.1","workspaceId":"[-\w]+","userId":"[-\w]+","msg":"a login was refused/,
    );
    for (const secret of [PASSWORD, 'a wrong password', 'typed password', session.split('=')[1]]) {
      expect(logged).not.toContain(secret);
    }
  });
});
