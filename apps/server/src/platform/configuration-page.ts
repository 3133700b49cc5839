import { z } from 'zod';

import { environment, SECRETS } from './config.ts';

/** The page of the documentation that lists every setting, made from their schema. */
export function configurationPage(): string {
  const rows = Object.entries(environment.shape).map(([name, schema]) => {
    const standard = schema instanceof z.ZodDefault ? `\`${String(schema.def.defaultValue)}\`` : '';
    return `| \`${name}\` | ${standard} | ${schema.description ?? ''} |`;
  });
  return `# Configuration

Settings are environment variables, read once at the start. All problems are reported together, and a variable that
starts with \`LAUREL_\` and is not known is one of them. \`laurel doctor\` checks the rest.

| variable | default | what |
|---|---|---|
${rows.join('\n')}

The secrets may be kept in files instead: ${SECRETS.map((name) => `\`${name}_FILE\``).join(', ')} hold the path.
`;
}
