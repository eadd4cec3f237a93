/** Phone numbers: the fast way and the library agree. */
import fc from 'fast-check';
import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { describe, expect, it } from 'vitest';
import { e164 } from '../../src/pipeline/phone.ts';

describe('e164', () => {
  it.each([
    ['+16135550127', null, '+16135550127'],
    [' +1 (613) 555-0127 ', null, '+16135550127'],
    ['+1 613 555 0127 x12', null, '+16135550127'],
    ['613-555-0127', 'CA', '+16135550127'],
    ['06 12 34 56 78', 'FR', '+33612345678'],
    ['0044 20 7946 0958', 'FR', '+442079460958'],
    ['+49 (0)30 123456', null, '+4930123456'],
    ['+49030123456', null, '+4930123456'],
    ['+390612345678', null, '+390612345678'],
    ['613-555-0127', null, null],
    ['+1613555', null, null],
    ['+161355501', null, null],
    ['+161355501x', null, null],
    ['+1613555012x', null, null],
    // Calling codes under which a prefix or a carrier code may stand.
    ['+5590815479253', null, '+55815479253'],
    ['+86127833062874', null, '+863062874'],
    ['+352150023375', null, '+3523375'],
    ['+3758280912554', null, '+375280912554'],
    // A length that one country of this calling code has, and this one has not.
    ['+44762404434', null, null],
    ['+1234567890', null, null],
    ['+0123456789', null, null],
    ['+999123456789', null, null],
    ['12', 'US', null],
    ['none', 'US', null],
    ['***', 'US', null],
    ['', 'US', null],
    ['613-555-0127', 'QQ', null],
  ])('%j in %s is %s', (phone, country, expected) => {
    expect(e164(phone, country)).toBe(expected);
  });

  it('is what the library says of every number that looks international', () => {
    const code = fc.constantFrom(...new Set(getCountries().map((country) => getCountryCallingCode(country))));
    const between = fc.array(fc.constantFrom('', '', ' ', '-', '.', ' (', ') ', '('), { minLength: 12, maxLength: 12 });
    const national = fc.stringMatching(/^\d{4,12}$/);
    fc.assert(
      fc.property(code, national, fc.constantFrom('', ' ', '-', ' ('), between, (prefix, digits, first, rest) => {
        const text = `+${prefix}${first}${[...digits].map((digit, place) => digit + rest[place]!).join('')}`;
        const number = parsePhoneNumberFromString(text);
        const expected = number?.isPossible() ? number.number : null;
        // What no plan assigns may be written either way.
        if (!number || number.isValid()) expect(e164(text, null)).toBe(expected);
        else expect([expected, `+${prefix}${digits}`]).toContain(e164(text, null));
      }),
      { numRuns: 4000 },
    );
  });
});
