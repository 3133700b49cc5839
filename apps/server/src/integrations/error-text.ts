/** A message for people: undici's own are short, a system error's code says more than its text. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return errorText(error.errors[0]);
  return error.message === '' ? error.name : error.message;
}
