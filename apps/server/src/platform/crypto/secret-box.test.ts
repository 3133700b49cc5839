import { describe, expect, it } from 'vitest';

import { SecretBox } from './secret-box.ts';

const box = new SecretBox('one master key, long enough for it');

describe('a secret box', () => {
  it('opens what it sealed, and never seals alike', () => {
    const sealed = box.seal('k3y ✓', 'connection 1');
    expect(box.open(sealed, 'connection 1')).toBe('k3y ✓');
    expect(box.seal('k3y ✓', 'connection 1')).not.toEqual(sealed);
    expect(sealed.includes('k3y')).toBe(false);
  });

  it('does not open for another purpose, with another key, or after a change', () => {
    const sealed = box.seal('k3y', 'connection 1');
    expect(() => box.open(sealed, 'connection 2')).toThrow('authenticate');
    expect(() => new SecretBox('another master key, long enough').open(sealed, 'connection 1')).toThrow(
      'authenticate',
    );
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => box.open(changed, 'connection 1')).toThrow(/authenticate|unknown format/);
    }
  });

  it('digests a key alike each time, and differently under another master key', () => {
    expect(box.digest('a')).toEqual(box.digest('a'));
    expect(box.digest('a')).not.toEqual(box.digest('b'));
    expect(box.digest('a')).not.toEqual(new SecretBox('another master key, long enough').digest('a'));
  });
});
