/**
 * Loaded before a program, it makes the program's clock wrong: by one offset after the other, each for so long, over
 * and over. Only what people call the time jumps; the monotonic clock, which timers go by, does not, as on a real
 * machine.
 */
const RealDate = Date;
const offsets = (process.env['CHAOS_CLOCK_OFFSETS_MS'] ?? '0').split(',').map(Number);
const everyMs = Number(process.env['CHAOS_CLOCK_EVERY_MS'] ?? 1_000);

function now(): number {
  const turn = Math.floor(performance.now() / everyMs) % offsets.length;
  return RealDate.now() + (offsets[turn] ?? 0);
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: ConstructorParameters<DateConstructor> | []) =>
    args.length === 0 ? new target(now()) : new target(...args),
  apply: () => new RealDate(now()).toString(),
  get: (target, property): unknown => (property === 'now' ? now : Reflect.get(target, property)),
});
