/** Where a command writes: what a person reads goes to standard output, what went wrong to standard error. */
export interface Terminal {
  line(text?: string): void;
  error(text: string): void;
  /** Emphasis, where the output is a terminal that shows it. */
  strong(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

export function processTerminal(): Terminal {
  const colours = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const style = (open: number, close: number) => (text: string) =>
    colours ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  return {
    line: (text = '') => void process.stdout.write(`${text}\n`),
    error: (text) => void process.stderr.write(`${text}\n`),
    strong: style(1, 22),
    dim: style(2, 22),
    good: style(32, 39),
    bad: style(31, 39),
  };
}
