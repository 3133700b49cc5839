import { setTimeout as delay } from 'node:timers/promises';

import { Pool } from 'undici';

const CONNECTIONS = 32;
const ANSWER_MS = 5_000;
const AGAIN_MS = 200;

export interface Sender {
  /** Everybody whose events were all acknowledged with 202. */
  readonly acknowledged: ReadonlySet<string>;
  /** Requests that got another answer than 202, or none, and were made again with the same key. */
  readonly unanswered: number;
  /** Sends no new events, and resolves when each that was begun is acknowledged. Throws after `ms`. */
  finish(ms: number): Promise<void>;
}

/** What is reported of everybody: an event, so many times at once. */
export interface Reports {
  readonly action: string;
  readonly times: number;
}

/**
 * Posts events at a rate of people, each of somebody new, as a sender does that must lose none: until it is answered
 * 202.
 */
export function startSender(
  origin: string,
  apiKey: string,
  prefix: string,
  rate: number,
  { action, times }: Reports,
): Sender {
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
  });
  const acknowledged = new Set<string>();
  const open = new Set<Promise<void>>();
  const stopping = new AbortController();
  const givenUp = new AbortController();
  let unanswered = 0;

  const post = async (person: string, report: number): Promise<boolean> => {
    try {
      const answer = await pool.request({
        path: '/v4/events/custom',
        method: 'POST',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          'idempotency-key': `${person} ${report}`,
        },
        body: JSON.stringify({
          label: 'Certification acquired',
          action,
          client: { email: person },
          params: { firstName: 'Ada', person },
        }),
      });
      const text = await answer.body.text();
      // What is wrong with the request will not pass.
      if (answer.statusCode >= 400 && answer.statusCode < 500) throw new Refused(text);
      return answer.statusCode === 202;
    } catch (error) {
      if (error instanceof Refused) throw error;
      return false;
    }
  };
  const deliverReport = async (person: string, report: number): Promise<void> => {
    while (!givenUp.signal.aborted) {
      if (await post(person, report)) return;
      unanswered++;
      await delay(AGAIN_MS);
    }
  };
  const deliver = async (person: string): Promise<void> => {
    await Promise.all(
      Array.from({ length: times }, async (_, report) => await deliverReport(person, report)),
    );
    if (!givenUp.signal.aborted) acknowledged.add(person);
  };
  const flow = (async (): Promise<void> => {
    for (let index = 0; !stopping.signal.aborted; index++) {
      const sent = deliver(`${prefix}-${index}@example.org`);
      open.add(sent);
      void sent.then(
        () => open.delete(sent),
        // Stays among those that `finish` waits for, and is reported by it.
        () => undefined,
      );
      await delay(1_000 / rate, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    acknowledged,
    get unanswered() {
      return unanswered;
    },
    finish: async (ms) => {
      stopping.abort();
      await flow;
      const late = setTimeout(() => givenUp.abort(), ms);
      await Promise.all(open);
      clearTimeout(late);
      await pool.close();
      if (givenUp.signal.aborted) throw new Error(`events were not acknowledged within ${ms} ms`);
    },
  };
}

/** The server says that the request is wrong: a fault of the suite. */
class Refused extends Error {}
