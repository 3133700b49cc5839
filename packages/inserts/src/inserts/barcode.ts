import { fromHost } from './from-host.ts';

const options = ['code', 'gray', 'type', 'hrp'];

/** Prints a barcode as the element of an image. */
export const barcode = fromHost({
  name: 'barcode',
  summary: 'A barcode as an image element.',
  examples: ['{% barcode code={{ event.params.code }}, gray=true, type=EAN_13, hrp=BOTTOM %}'],
  id: { option: 'code' },
  options,
  print: 'markup',
});

/** Prints the URL of the image of a barcode. */
export const barcodeUrl = fromHost({
  name: 'barcodeurl',
  summary: 'The URL of the image of a barcode.',
  examples: ['{% barcodeurl code={{ event.params.code }}, gray=true, type=EAN_13, hrp=BOTTOM %}'],
  id: { option: 'code' },
  options,
});
