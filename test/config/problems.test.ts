import { describe, expect, it } from 'vitest';
import { CREDENTIALS, errorOf, file, problemsOf, type Given } from './file.ts';

/** What is wrong, where it is told, and what is said. */
const CASES: [what: string, yaml: string, path: string, message: RegExp, fix: RegExp, given?: Given][] = [
  // References
  [
    'missing variable',
    file({ store: 'clientId: ${NOPE}' }),
    'stores[0].clientId',
    /environment variable NOPE is not set/,
    /\/etc\/connector\/\.env/,
  ],
  [
    'missing variable in a list',
    file({ store: 'exclude: { tags: [a, "${NOPE}"] }' }),
    'stores[0].exclude.tags[1]',
    /NOPE is not set/,
    /Set it/,
  ],
  [
    'missing variable in a mapping',
    file({ store: 'salesChannels: { x: ${NOPE} }' }),
    'stores[0].salesChannels.x',
    /NOPE is not set/,
    /Set it/,
  ],
  [
    'missing secret file',
    file({ store: 'clientSecret: ${file:/run/x}' }),
    'stores[0].clientSecret',
    /file \/run\/x does not exist/,
    /Create it/,
  ],
  [
    'unreadable secret file',
    file({ store: 'clientSecret: ${file:/run/x}' }),
    'stores[0].clientSecret',
    /file \/run\/x may not be read/,
    /readable/,
    { env: CREDENTIALS, files: { '/run/x': Object.assign(new Error('no'), { code: 'EACCES' }) } },
  ],
  ['odd variable name', file({ store: 'clientId: ${a-b}' }), 'stores[0].clientId', /\$\{a-b\} is no variable name/, /\$\{NAME\}/],
  ['unfinished reference', file({ store: 'clientId: "${ID"' }), 'stores[0].clientId', /without its }/, /Close it/],
  [
    'variable that is empty',
    file(),
    'stores[0].clientSecret',
    /is empty: \$\{SECRET\} stands for nothing/,
    /Give it a value/,
    { env: { ...CREDENTIALS, SECRET: '' } },
  ],
  [
    'variable that is no number',
    file({ top: 'server: { port: "${ID}" }' }),
    'server.port',
    /must be a port.*not what \$\{ID\} stands for/,
    /3000/,
  ],

  // Secrets in plain text
  [
    'plain clientSecret',
    file({ store: 'clientSecret: shpss_1' }),
    'stores[0].clientSecret',
    /is a secret and stands in plain text/,
    /\$\{SHOPIFY_CLIENT_SECRET\}/,
  ],
  [
    'plain previousClientSecret',
    file({ store: 'previousClientSecret: x' }),
    'stores[0].previousClientSecret',
    /plain text/,
    /\$\{OLD_SECRET\}/,
  ],
  ['plain accessToken', file({ store: 'accessToken: shpat_1' }), 'stores[0].accessToken', /plain text/, /\$\{SHOPIFY_ACCESS_TOKEN\}/],
  [
    'plain token',
    file({ store: 'converge: { endpoint: "${ENDPOINT}", token: 1234 }' }),
    'stores[0].converge.token',
    /plain text/,
    /\$\{CONVERGE_TOKEN\}/,
  ],
  ['plain token of events', file({ top: 'admin: { eventsToken: x }' }), 'admin.eventsToken', /plain text/, /\$\{EVENTS_TOKEN\}/],
  ['plain password', file({ top: 'admin: { password: x }' }), 'admin.password', /plain text/, /\$\{file:\/run\/secrets\/admin_password\}/],
  ['half plain secret', file({ store: 'clientSecret: "a${SECRET}"' }), 'stores[0].clientSecret', /plain text/, /environment/],
  ['escaped plain secret', file({ store: 'clientSecret: "$${SECRET}"' }), 'stores[0].clientSecret', /plain text/, /environment/],

  // Unknown keys
  ['unknown key', file({ top: 'server: { prot: 1 }' }), 'server.prot', /unknown setting/, /Did you mean server\.port\?/],
  ['unknown key in a store', file({ store: 'upsel_delay: {}' }), 'stores[0].upsel_delay', /unknown/, /stores\[0\]\.upsellDelay/],
  ['unknown key at the top', file({ top: 'store: []' }), 'store', /unknown/, /Did you mean stores\?/],
  [
    'key of another place',
    file({ top: 'publicUrl: https://a.example.com' }),
    'publicUrl',
    /unknown setting here/,
    /belongs to server\.publicUrl/,
  ],
  ['key of a store at the top', file({ top: 'endpoint: x' }), 'endpoint', /unknown setting here/, /belongs to stores\.converge\.endpoint/],
  ['key like no other', file({ top: 'retention: { xyzzy: 1 }' }), 'retention.xyzzy', /unknown/, /here there can be days/],
  ['an alert address without TLS', file({ top: 'alerts: { url: "${ID}" }' }), 'alerts.url', /full URL/, /https/],
  [
    'an alert address in the file',
    file({ top: 'alerts: { url: "https://hooks.example.com/x" }' }),
    'alerts.url',
    /plain text/,
    /ALERT_URL/,
  ],
  ['subscriptions alone', file({ store: 'subscriptions: true' }), 'stores[0].subscriptions', /must be a mapping, not true/, /./],

  // Types and ranges
  ['port too high', file({ top: 'server: { port: 65536 }' }), 'server.port', /from 0 \(any free one\) to 65535, not 65536/, /3000/],
  ['port below 0', file({ top: 'admin: { port: -1 }' }), 'admin.port', /not -1/, /3001/],
  ['port with a fraction', file({ top: 'server: { port: 1.5 }' }), 'server.port', /whole number/, /3000/],
  [
    'text for a number',
    file({ store: 'delivery: { concurrency: many }' }),
    'stores[0].delivery.concurrency',
    /from 1 to 1000, not "many"/,
    /10/,
  ],
  ['concurrency 0', file({ store: 'delivery: { concurrency: 0 }' }), 'stores[0].delivery.concurrency', /from 1/, /10/],
  ['perSecond 0', file({ store: 'delivery: { perSecond: 0 }' }), 'stores[0].delivery.perSecond', /above 0/, /50/],
  ['maxAgeHours 0', file({ store: 'delivery: { maxAgeHours: 0 }' }), 'stores[0].delivery.maxAgeHours', /above 0/, /72/],
  ['timeoutSeconds 0', file({ store: 'delivery: { timeoutSeconds: 0 }' }), 'stores[0].delivery.timeoutSeconds', /above 0/, /15/],
  ['negative minutes', file({ store: 'upsellDelay: { minutes: -0.5 }' }), 'stores[0].upsellDelay.minutes', /from 0/, /10/],
  ['infinite minutes', file({ store: 'upsellDelay: { minutes: .inf }' }), 'stores[0].upsellDelay.minutes', /must be a number/, /10/],
  ['no pause between reconciles', file({ store: 'reconcile: { everyMinutes: 0 }' }), 'stores[0].reconcile.everyMinutes', /above 0/, /./],
  ['retention below a day', file({ top: 'retention: { days: 0 }' }), 'retention.days', /from 1/, /30/],
  ['negative grace', file({ top: 'server: { graceSeconds: -1 }' }), 'server.graceSeconds', /from 0/, /20/],
  ['yes for true', file({ store: 'upsellDelay: { enabled: yes }' }), 'stores[0].upsellDelay.enabled', /true or false, not "yes"/, /false/],
  ['text for a list', file({ store: 'exclude: { tags: vip }' }), 'stores[0].exclude.tags', /list of text, not "vip"/, /as a list: \[vip\]/],
  ['number for a tag', file({ store: 'exclude: { tags: [2024] }' }), 'stores[0].exclude.tags[0]', /text, not 2024/, /quotes: "2024"/],
  ['empty tag', file({ store: 'exclude: { tags: [" "] }' }), 'stores[0].exclude.tags[0]', /is empty/, /take the line out/],
  ['nothing in a list', file({ store: 'exclude: { tags: [~] }' }), 'stores[0].exclude.tags[0]', /must be text, not null/, /./],
  ['list for a mapping', file({ store: 'exclude: [pos]' }), 'stores[0].exclude', /a mapping, not a list/, /./],
  ['mapping for text', file({ top: 'storage: { path: { a: b } }' }), 'storage.path', /text, not a mapping/, /connector\.sqlite/],
  [
    'unknown channel type',
    file({ store: 'salesChannels: { a: markteplace }' }),
    'stores[0].salesChannels.a',
    /one of web, .*not "markteplace"/,
    /Did you mean marketplace\?/,
  ],
  [
    'odd alias kind',
    file({ store: 'aliases: { attributes: { a: "Cookie " } }' }),
    'stores[0].aliases.attributes.a',
    /alias kind in lower case/,
    /cookie/,
  ],
  ['odd relay domain', file({ store: 'aliases: { relayDomains: [nodot] }' }), 'stores[0].aliases.relayDomains[0]', /e-mail domain/, /./],
  [
    'no such day',
    file({ store: 'backfill: { since: 2023-02-29 }' }),
    'stores[0].backfill.since',
    /YYYY-MM-DD, not "2023-02-29"/,
    /2022-10-01/,
  ],
  ['time for a day', file({ store: 'backfill: { since: 2023-02-28T00:00:00Z }' }), 'stores[0].backfill.since', /YYYY-MM-DD/, /2022-10-01/],
  [
    'no such country',
    file({ store: 'markets: { shippingCountries: [QX] }' }),
    'stores[0].markets.shippingCountries[0]',
    /two letters/,
    /GB/,
  ],
  [
    'UK',
    file({ store: 'markets: { shippingCountries: [UK] }' }),
    'stores[0].markets.shippingCountries[0]',
    /not the code Shopify uses/,
    /Write GB/,
  ],
  [
    'a market without countries',
    file({ store: 'markets: { shippingCountries: [] }' }),
    'stores[0].markets.shippingCountries',
    /at least one/,
    /\[GB, IE\]/,
  ],
  ['odd store name', file({ store: 'name: "my store"' }), 'stores[0].name', /letters, digits/, /main/],
  [
    'odd shop',
    file({ store: 'shop: shop.example.com' }),
    'stores[0].shop',
    /myshopify\.com domain.*not "shop\.example\.com"/,
    /convergestore/,
  ],

  // URLs
  [
    'publicUrl without https',
    file({ top: 'server: { publicUrl: http://a.example.com }' }),
    'server.publicUrl',
    /must start with https/,
    /leave publicUrl out/,
  ],
  ['publicUrl without scheme', file({ top: 'server: { publicUrl: a.example.com }' }), 'server.publicUrl', /full URL/, /https:\/\//],
  ['private publicUrl', file({ top: 'server: { publicUrl: https://192.168.1.10 }' }), 'server.publicUrl', /private address/, /tunnel/],
  [
    'private publicUrl (IPv6)',
    file({ top: 'server: { publicUrl: "https://[fd00::1]" }' }),
    'server.publicUrl',
    /private address/,
    /tunnel/,
  ],
  [
    'publicUrl with a query',
    file({ top: 'server: { publicUrl: "https://a.example.com/x?y" }' }),
    'server.publicUrl',
    /end before/,
    /Write https:\/\/a\.example\.com\/x\./,
  ],
  [
    'endpoint without https',
    file({ store: 'converge: { endpoint: http://a.example.com }' }),
    'stores[0].converge.endpoint',
    /must start with https/,
    /https/,
  ],
  [
    'endpoint with a password',
    file({ store: 'converge: { endpoint: "https://a:b@a.example.com" }' }),
    'stores[0].converge.endpoint',
    /user name or password/,
    /before the @/,
  ],
  ['endpoint on ftp', file({ store: 'converge: { endpoint: "ftp://127.0.0.1" }' }), 'stores[0].converge.endpoint', /https/, /https/],
  [
    'shopifyOrigin elsewhere',
    file({ store: 'shopifyOrigin: http://10.0.0.1:1' }),
    'stores[0].shopifyOrigin',
    /sandbox on this machine/,
    /4010/,
  ],
  [
    'shopifyOrigin on https',
    file({ store: 'shopifyOrigin: https://127.0.0.1:1' }),
    'stores[0].shopifyOrigin',
    /sandbox on this machine/,
    /leave it out/,
  ],
  ['shopifyOrigin with a path', file({ store: 'shopifyOrigin: http://127.0.0.1:1/x' }), 'stores[0].shopifyOrigin', /origin/, /4010/],

  // What one demands of another
  ['no stores', 'server: {}', 'stores', /is missing/, /Add stores: \[\{/],
  ['empty list of stores', 'stores: []', 'stores', /at least one store, not a list/, /name: main/],
  ['no name', file({ store: '-name:' }), 'stores[0].name', /is missing/, /Add name: main/],
  ['no endpoint', file({ store: 'converge: {}' }), 'stores[0].converge.endpoint', /is missing/, /Add endpoint: \$\{CONVERGE_ENDPOINT\}/],
  [
    'no destination',
    file({ store: '-converge:' }),
    'stores[0].converge',
    /is missing, and so is convead/,
    /Add converge: \{ endpoint.*convead: \{ appKey/,
  ],
  ['no app key', file({ store: 'convead: {}' }), 'stores[0].convead.appKey', /is missing/, /Add appKey: \$\{CONVEAD_APP_KEY\}/],
  ['plain app key', file({ store: 'convead: { appKey: abc }' }), 'stores[0].convead.appKey', /plain text/, /\$\{CONVEAD_APP_KEY\}/],
  [
    'event key with a blank',
    file({ store: 'convead: { appKey: "${SECRET}", refundEventKey: my refund }' }),
    'stores[0].convead.refundEventKey',
    /letters, digits and _, not "my refund"/,
    /refund/,
  ],
  [
    'domain with https',
    file({ store: 'convead: { appKey: "${SECRET}", domain: "https://shop.example.com/" }' }),
    'stores[0].convead.domain',
    /a domain alone/,
    /shop\.example\.com/,
  ],
  [
    'origin that is no sandbox',
    file({ store: 'convead: { appKey: "${SECRET}", origin: "https://tracker.convead.io" }' }),
    'stores[0].convead.origin',
    /sandbox on this machine/,
    /leave it out/,
  ],
  [
    'misspelt key of convead',
    file({ store: 'convead: { appKey: "${SECRET}", refund_event_keys: refund }' }),
    'stores[0].convead.refund_event_keys',
    /unknown/,
    /convead\.refundEventKey\?/,
  ],
  ['no credentials', file({ store: '-clientId:\n-clientSecret:' }), 'stores[0]', /no credentials/, /clientId: .* or accessToken/],
  [
    'no secret beside the id',
    file({ store: '-clientSecret:' }),
    'stores[0].clientSecret',
    /missing beside clientId/,
    /\$\{SHOPIFY_CLIENT_SECRET\}/,
  ],
  [
    'no id beside the secret',
    file({ store: '-clientId:' }),
    'stores[0].clientId',
    /missing beside clientSecret/,
    /\$\{SHOPIFY_CLIENT_ID\}/,
  ],
  [
    'token without the secret of webhooks',
    file({ top: 'server: { publicUrl: https://a.example.com }', store: '-clientId:\n-clientSecret:\naccessToken: ${SECRET}' }),
    'stores[0].clientSecret',
    /publicUrl is set.*signed/,
    /Add clientSecret/,
  ],
  ['open admin without password', file({ top: 'admin: { host: 0.0.0.0 }' }), 'admin.password', /not loopback/, /\$\{ADMIN_PASSWORD\}/],
  ['open admin (IPv6) without password', file({ top: 'admin: { host: "::" }' }), 'admin.password', /not loopback/, /127\.0\.0\.1/],
  ['one port for both', file({ top: 'server: { port: 3001 }' }), 'admin.port', /port of server\.port too/, /its own/],
  ['one name twice', file({ stores: storeBefore('MAIN', 'other') }), 'stores[1].name', /that of stores\[0\] too/, /its own name/],
  [
    'one shop twice',
    file({ stores: storeBefore('first', 'https://admin.shopify.com/store/convergestore') }),
    'stores[1].shop',
    /that of stores\[0\] too/,
    /one of the two/,
  ],
];

function storeBefore(name: string, shop: string): string {
  return `  - { name: ${name}, shop: "${shop}", clientId: x, clientSecret: \${SECRET}, converge: { endpoint: \${ENDPOINT} } }\n`;
}

describe('one problem', () => {
  it.each(CASES)('%s', (_what, yaml, path, message, fix, given) => {
    const problems = problemsOf(yaml, given);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.fix).toMatch(fix);
    expect(problems[0]?.fix).toMatch(/[.?)]$/);
  });
});

describe('what is allowed', () => {
  it.each([
    ['no problem at all', file()],
    [
      'http on loopback',
      file({ top: 'server: { publicUrl: http://127.0.0.1:3000 }', store: 'converge: { endpoint: http://localhost:4011/x }' }),
    ],
    ['http on IPv6 loopback', file({ top: 'server: { publicUrl: "http://[::1]:3000" }' })],
    ['any free port, twice', file({ top: 'server: { port: 0 }\nadmin: { port: 0 }' })],
    ['admin on another loopback address', file({ top: 'admin: { host: 127.0.0.2 }' })],
    ['no wait', file({ store: 'upsellDelay: { enabled: true, minutes: 0 }' })],
    ['anchors', file({ top: 'server: { host: &host 127.0.0.1 }\nadmin: { host: *host }' })],
    ['a leap day', file({ store: 'backfill: { since: 2024-02-29 }' })],
  ])('%s', (_what, yaml) => {
    expect(errorOf(yaml)?.message).toBeUndefined();
  });
});

describe('many problems', () => {
  it('are told at once, in the order of the file, with their lines', () => {
    const yaml = [
      'server:',
      '  prot: 1',
      '  port: x',
      'stores:',
      '  - name: main',
      '    clientSecret: plain',
      '    converge:',
      '      token: ${NOPE}',
    ].join('\n');
    expect(problemsOf(yaml).map(({ line, path }) => [line, path])).toEqual([
      [2, 'server.prot'],
      [3, 'server.port'],
      [5, 'stores[0].shop'],
      [5, 'stores[0].clientId'],
      [6, 'stores[0].clientSecret'],
      [7, 'stores[0].converge.endpoint'],
      [8, 'stores[0].converge.token'],
    ]);
    expect(errorOf(yaml)).toMatchObject({
      code: 'CONFIG_INVALID',
      retryable: false,
      message: expect.stringContaining('7 problems\n  line 2, server.prot: is an unknown'),
    });
  });
});

describe('a file that is no config', () => {
  it.each([
    [
      'missing',
      { '/etc/connector/connector.yaml': Object.assign(new Error(), { code: 'ENOENT' }) },
      /config file does not exist \(\/etc\/connector\/connector\.yaml\)/,
      null,
    ],
    ['unreadable', { '/etc/connector/connector.yaml': Object.assign(new Error(), { code: 'EACCES' }) }, /may not be read/, null],
    ['a folder', { '/etc/connector/connector.yaml': Object.assign(new Error(), { code: 'EISDIR' }) }, /is a folder/, null],
    ['empty', { '/etc/connector/connector.yaml': '' }, /is missing/, null],
    ['a list', { '/etc/connector/connector.yaml': '- a' }, /must be a mapping, not a list/, 1],
    ['a text', { '/etc/connector/connector.yaml': 'hello' }, /must be a mapping, not "hello"/, 1],
    ['cut off', { '/etc/connector/connector.yaml': 'server:\n  host: "canary' }, /not valid YAML: Missing closing/, 2],
    ['wrongly indented', { '/etc/connector/connector.yaml': 'server:\n  host: a\n port: 3' }, /not valid YAML/, 3],
    ['with a key twice', { '/etc/connector/connector.yaml': 'server: {}\nserver: {}' }, /not valid YAML: Map keys must be unique/, 2],
    ['with an alias of nothing', { '/etc/connector/connector.yaml': 'server: *x' }, /not valid YAML: Unresolved alias/, null],
    [
      'beside an unreadable .env',
      { '/etc/connector/.env': Object.assign(new Error(), { code: 'EACCES' }) },
      /\.env file may not be read/,
      null,
    ],
  ])('%s', (_what, files, message, line) => {
    const problems = problemsOf(file(), { files });
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.line).toBe(line);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });
});
