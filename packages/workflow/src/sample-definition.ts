import type { z } from 'zod';

import type { definitionSchema } from './definition.ts';
import type { CheckEnvironment } from './node-type.ts';

/** The workflow of a certification programme, for tests. */
export function sampleDefinition(): z.input<typeof definitionSchema> {
  return {
    format: '2026-11-24',
    nodes: [
      {
        id: 'acquired',
        type: 'profile-event',
        title: 'Certification acquired',
        settings: { event: 'certification.acquired' },
        outputs: { next: 'issue' },
      },
      {
        id: 'issue',
        type: 'outgoing-integration',
        title: 'Issue the credential',
        settings: {
          connection: 'issuer',
          webhookName: 'Accredible',
          webhookEvent: { name: 'accredible.userSent', displayName: 'User sent to Accredible' },
          url: 'https://issuer.example.org/v1/credentials',
          body: '{}',
        },
        outputs: { next: 'end' },
      },
      { id: 'end', type: 'end', title: 'End' },
    ],
  };
}

/** A world in which everything that a definition refers to exists. */
export const permissive: CheckEnvironment = {
  hasEventDefinition: () => true,
  hasConnection: () => true,
  hasSegment: () => true,
  checkTemplate: () => [],
};
