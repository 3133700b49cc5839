import { fromHost } from './from-host.ts';

const options = [
  'campaignId',
  'itemsIds',
  'externalItemsIds',
  'additionalFilters',
  'filtersJoiner',
  'additionalElasticFilters',
  'elasticFiltersJoiner',
];

/** Recommended items in `recommended_products3`, and by slot in `slots_products3`. */
export const recommendations3 = fromHost({
  name: 'recommendations3',
  summary:
    'What a recommendation campaign recommends to the profile, as recommended_products3 and by slot as slots_products3.',
  examples: [
    '{% recommendations3 campaignId=3f2a9c10 %}{% for item in recommended_products3 %}{{ item.title }}{% endfor %}{% endrecommendations3 %}',
  ],
  id: { option: 'campaignId' },
  options,
  variables: { recommended_products3: 'items', slots_products3: 'slots' },
});

/** The same as JSON. */
export const recommendationsJson3 = fromHost({
  name: 'recommendations_json3',
  summary: 'What a recommendation campaign recommends to the profile, as JSON.',
  examples: ['{% recommendations_json3 campaignId=3f2a9c10 %}{% endrecommendations_json3 %}'],
  id: { option: 'campaignId' },
  options,
  print: 'json',
});
