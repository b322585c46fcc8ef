/** UTF-8 without a TextEncoder, held against the runtime's own. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { utf8Bytes, utf8Length } from '../../src/port/utf8.js';

it('gives the bytes that the Encoding Standard gives', () => {
  const encoder = new TextEncoder();
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 });
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    units.map((each) => String.fromCharCode(...each)),
    fc.constantFrom(
      '',
      'plain',
      'é',
      '€',
      '😀',
      '\ud800',
      '\udc00',
      'a\ud83d',
      '\ude00\ud83d',
      '\u07ff\u0800\uffff',
    ),
  );
  fc.assert(
    fc.property(anyText, (text) => {
      const expected = encoder.encode(text);
      expect(utf8Length(text)).toBe(expected.length);
      expect([...utf8Bytes(text)]).toEqual([...expected]);
    }),
    { numRuns: 500 },
  );
});
