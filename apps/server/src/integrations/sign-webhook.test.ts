import { createHmac } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { webhookHeaders } from './sign-webhook.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('the signature of a message', () => {
  it('is that of the Standard Webhooks specification', () => {
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      at: new Date(1_614_265_330_000),
      body: '{"test": 2432232314}',
    };
    expect(webhookHeaders(message, [SECRET])).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is one for each secret, of the bytes as they are sent, and of an empty body where there is none', () => {
    const key = Buffer.from('another secret of thirty-two by.');
    const other = `whsec_${key.toString('base64')}`;
    const at = new Date(1_614_265_330_999);
    const sign = (text: string) => `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
    const { 'webhook-signature': signatures } = webhookHeaders({ id: 'm', at, body: 'Zażółć ✓' }, [
      SECRET,
      other,
    ]);
    expect(signatures!.split(' ')).toHaveLength(2);
    expect(signatures!.split(' ')[1]).toBe(sign('m.1614265330.Zażółć ✓'));
    expect(webhookHeaders({ id: 'm', at, body: undefined }, [other])['webhook-signature']).toBe(
      sign('m.1614265330.'),
    );
  });
});
