/** People who buy in the sandbox: made up, with real cities, post codes and ways to write a phone number. */
import type { AddressInput, CustomerInput } from './orders.ts';
import type { Random } from './random.ts';

interface Place {
  city: string;
  province: string | null;
  provinceCode: string | null;
  country: string;
  countryCode: string;
  zip: string;
  street: string;
  /** A number from a range set aside for fiction where the country has one; some as buyers write them, without country code. */
  phone: string | null;
}

const PLACES: readonly [Place, ...Place[]] = [
  { city: 'Portland', province: 'Oregon', provinceCode: 'OR', country: 'United States', countryCode: 'US', zip: '97205', street: '1200 SW Park Ave', phone: '(503) 555-0142' }, // prettier-ignore
  { city: 'Austin', province: 'Texas', provinceCode: 'TX', country: 'United States', countryCode: 'US', zip: '78701', street: '98 Red River St', phone: '+1 512-555-0117' }, // prettier-ignore
  { city: 'Toronto', province: 'Ontario', provinceCode: 'ON', country: 'Canada', countryCode: 'CA', zip: 'M5H 2M9', street: '123 Queen St W', phone: '+14165550123' }, // prettier-ignore
  { city: 'London', province: 'England', provinceCode: 'ENG', country: 'United Kingdom', countryCode: 'GB', zip: 'SE1 9GF', street: '4 Borough Yard', phone: '020 7946 0018' }, // prettier-ignore
  { city: 'Cork', province: 'Cork', provinceCode: 'CO', country: 'Ireland', countryCode: 'IE', zip: 'T12 W8KP', street: '5 Oliver Plunkett St', phone: '+353 20 913 1234' }, // prettier-ignore
  { city: 'München', province: null, provinceCode: null, country: 'Germany', countryCode: 'DE', zip: '80331', street: 'Sendlinger Straße 8', phone: '089 99998 123' }, // prettier-ignore
  { city: 'Saint-Étienne', province: null, provinceCode: null, country: 'France', countryCode: 'FR', zip: '42000', street: '3 rue Élise Gervais', phone: '01 99 00 12 34' }, // prettier-ignore
  { city: '渋谷区', province: '東京都', provinceCode: 'JP-13', country: 'Japan', countryCode: 'JP', zip: '150-0002', street: '渋谷1-2-3', phone: null }, // prettier-ignore
  { city: 'Melbourne', province: 'Victoria', provinceCode: 'VIC', country: 'Australia', countryCode: 'AU', zip: '3000', street: '21 Flinders Ln', phone: '0491 570 156' }, // prettier-ignore
];

const FIRST = ['Ada', 'Chloé', 'Dmitri', 'Fatima', 'Håkon', 'Iris', 'Jürgen', 'Mei', 'Noah', 'Óscar', 'Priya', 'Zoë'] as const;
const LAST = [
  'Abel',
  'Brontë',
  'da Silva',
  'García',
  'Hansen',
  'Ibarra',
  "O'Neill",
  'Müller',
  'Nowak',
  'Sato',
  'van Dijk',
  'Young',
] as const;

const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();

/** The same `number` is always the same person, so that customers come back. */
export function person(random: Random, number: number): CustomerInput & { defaultAddress: AddressInput } {
  const firstName = random.pick(FIRST);
  const lastName = random.pick(LAST);
  const { phone, street, ...place } = random.pick(PLACES);
  const address = { firstName, lastName, company: null, address1: street, address2: null, ...place, phone };
  // Few buyers leave a phone number with their account.
  return {
    firstName,
    lastName,
    email: `${plain(firstName)}.${plain(lastName)}.${number}@example.com`,
    phone: random.chance(0.2) ? phone : null,
    tags: random.chance(0.1) ? ['VIP'] : [],
    defaultAddress: address,
  };
}
