/** Every setting, once: its place, type, default, description, and whether it is a secret. */
import { z } from 'zod';
import { CHANNEL_TYPES } from '../core/channel-types.ts';
import { publicUrlFault, sandboxOriginFault, urlFault } from './address.ts';
import {
  aliasKind,
  channelType,
  country,
  day,
  eventKey,
  flag,
  hostName,
  listOf,
  mailDomain,
  mapTo,
  numberAbove,
  numberFrom,
  port,
  secret,
  secretUrl,
  shop,
  storeName,
  text,
  url,
  wholeNumber,
} from './kinds.ts';
import { setting } from './setting.ts';

const YEAR_MINUTES = 525_600;

/** A mapping that may be left out as a whole. */
function group<S extends z.core.$ZodShape>(description: string, shape: S) {
  return setting(z.strictObject(shape), { description, expects: 'a mapping' }).prefault({} as never);
}

function optional<S extends z.ZodType>(schema: S) {
  return schema.nullable().default(null as never);
}

const server = group('The public port.', {
  host: setting(text().default('0.0.0.0'), { description: 'Address the webhook receiver listens on.' }),
  port: setting(port().default(3000), { description: 'Port of the webhook receiver; 0: any free one.' }),
  publicUrl: setting(optional(url(publicUrlFault)), {
    description:
      'Where Shopify reaches us: https and public (http only on loopback). Left out: no webhooks, Shopify is asked every minute.',
    example: 'https://connector.example.com',
    fallback: 'polling alone',
  }),
  graceSeconds: setting(numberFrom(0, 3600).default(20), { description: 'How long a stop may take to finish what is in flight.' }),
});

const admin = group('The private port: status page, metrics, health.', {
  host: setting(text().default('127.0.0.1'), { description: 'Address the status page, metrics and health checks listen on.' }),
  port: setting(port().default(3001), { description: 'Their port; 0: any free one.' }),
  password: setting(optional(secret()), { description: 'Required as soon as `admin.host` is not loopback.', env: 'ADMIN_PASSWORD' }),
  eventsToken: setting(optional(secret()), {
    description: 'Bearer token that `POST /events` asks for. Left out: it answers 404.',
    env: 'EVENTS_TOKEN',
  }),
});

const storage = group('Where the state is kept.', {
  path: setting(text().default('./data/connector.sqlite'), { description: 'The database file; relative to the config file.' }),
});

const retention = group('How long things are kept.', {
  days: setting(numberFrom(1, 3650).default(30), {
    description: 'Days that bodies of delivered events, their attempts and webhook receipts are kept.',
  }),
});

const alerts = group('Telling somebody that something needs them.', {
  url: setting(optional(secretUrl(urlFault)), {
    description:
      'Gets a POST when something needs you, and when that is over: a Slack incoming webhook, or anything that takes JSON. https, or http on loopback.',
    env: 'ALERT_URL',
  }),
});

const converge = setting(
  optional(
    z.strictObject({
      endpoint: setting(url(urlFault), {
        description: 'The postback endpoint of the Converge source, or `https://app.runconverge.com/api/webhooks`.',
        example: '${CONVERGE_ENDPOINT}',
        env: 'CONVERGE_ENDPOINT',
        fallback: 'required, unless there is `convead`',
      }),
      token: setting(optional(secret()), { description: 'Sent as `X-Webhook-Token`.', env: 'CONVERGE_TOKEN' }),
    }),
  ),
  { description: 'Events go to Converge.', expects: 'a mapping' },
);

const convead = setting(
  optional(
    z.strictObject({
      appKey: setting(secret(), {
        description: 'App key of the Convead account. With it events go to Convead, besides Converge or in its place.',
        env: 'CONVEAD_APP_KEY',
        fallback: 'required in `convead`',
      }),
      refundEventKey: setting(optional(eventKey()), {
        description: 'Key of the custom event in Convead that stands for a refund. Left out: refunds are not sent there.',
      }),
      domain: setting(optional(hostName()), {
        description: "The shop's domain as the Convead account lists it: Convead drops events of others.",
        fallback: 'the myshopify.com domain',
      }),
      origin: setting(optional(url(sandboxOriginFault)), {
        description: 'Sandbox and tests only: where requests to Convead go.',
        example: 'http://127.0.0.1:4010',
      }),
    }),
  ),
  { description: 'Events go to Convead.', expects: 'a mapping' },
);

const exclude = group('Orders that are left out, with their refunds.', {
  channels: setting(listOf(text(), 'text').default([]), {
    description: 'By raw `source_name` or mapped channel type, any case.',
    example: '[pos]',
  }),
  tags: setting(listOf(text(), 'text').default([]), { description: 'By order tag, whole tag, any case.', example: '[Exclude]' }),
  customerTags: setting(listOf(text(), 'text').default([]), { description: 'By tag of the customer, whole tag, any case.' }),
  paymentGateways: setting(listOf(text(), 'text').default([]), { description: 'By payment gateway name, any case.' }),
  testOrders: setting(flag().default(false), { description: "Leave out Shopify's test orders." }),
});

const upsellDelay = group('Waiting for post-purchase upsells.', {
  enabled: setting(flag().default(false), {
    description: 'Wait after an order was created, so that it is sent with what an upsell added.',
  }),
  minutes: setting(numberFrom(0, YEAR_MINUTES).default(10), { description: 'How long; fractions allowed.' }),
});

const markets = setting(
  optional(
    z.strictObject({
      shippingCountries: setting(listOf(country(), 'country codes').min(1), {
        description: 'Only orders shipped to these countries, and their refunds.',
        expects: 'a list of at least one country code',
        example: '[GB, IE]',
        fallback: 'all',
      }),
    }),
  ),
  { description: 'Limits a store to some markets.', expects: 'a mapping' },
);

const aliases = group('How profiles are recognised.', {
  attributes: setting(mapTo(aliasKind(), 'order attribute to alias kind').default({}), {
    description: 'Order attributes that identify a profile; `__cvg_uid: cookie` is built in.',
  }),
  relayDomains: setting(listOf(mailDomain(), 'e-mail domains').default([]), {
    description: 'More e-mail domains of marketplaces whose addresses are relays, never an alias.',
  }),
});

const subscriptions = group('What is told of subscriptions besides the orders themselves.', {
  events: setting(flag().default(false), {
    description:
      'Also send `Started Subscription` and `Placed Recurring Subscription Order`. Leave it off where the subscription app sends them to Converge itself: they would count twice.',
  }),
});

const delivery = group('How fast and how long a destination is tried.', {
  concurrency: setting(wholeNumber(1, 1000).default(10), { description: 'Requests at once.' }),
  perSecond: setting(numberAbove(0, 10_000).default(50), { description: 'Requests per second at most.' }),
  maxAgeHours: setting(numberAbove(0, 8760).default(72), { description: 'How long an event is tried before it is put aside as dead.' }),
  timeoutSeconds: setting(numberAbove(0, 600).default(15), { description: 'How long one request may take.' }),
});

const store = setting(
  z.strictObject({
    name: setting(storeName(), { description: 'How commands and logs name the store.' }),
    shop: setting(shop(), { description: 'The shop: `convergestore.myshopify.com`, `convergestore`, a full URL or an admin link.' }),
    clientId: setting(optional(text()), {
      description: 'Client id of the app in the Dev Dashboard.',
      example: '${SHOPIFY_CLIENT_ID}',
      env: 'SHOPIFY_CLIENT_ID',
    }),
    clientSecret: setting(optional(secret()), {
      description: 'Its client secret. Needed with `clientId`, and as soon as `server.publicUrl` is set: webhooks are signed with it.',
      env: 'SHOPIFY_CLIENT_SECRET',
    }),
    accessToken: setting(optional(secret()), {
      description: 'Instead of `clientId`, for an app created in the Shopify admin; `clientSecret` is then its API secret key.',
      env: 'SHOPIFY_ACCESS_TOKEN',
    }),
    previousClientSecret: setting(optional(secret()), {
      description: 'Also accepted for webhooks, while a secret is rotated.',
      env: 'OLD_SECRET',
    }),
    shopifyOrigin: setting(optional(url(sandboxOriginFault)), {
      description: "Sandbox and tests only: where this shop's requests go.",
      example: 'http://127.0.0.1:4010',
    }),
    converge,
    convead,
    exclude,
    upsellDelay,
    salesChannels: setting(mapTo(channelType(), 'source_name to channel type').default({}), {
      description: `Added to and overriding the built-in table. Channel types: ${CHANNEL_TYPES.join(', ')}.`,
      example: '{ "1780363": marketplace }',
    }),
    reconcile: group('Finding what no webhook told.', {
      everyMinutes: setting(optional(numberAbove(0, YEAR_MINUTES)), {
        description: 'How often Shopify is asked for changed orders; fractions allowed.',
        fallback: '15; 1 without `server.publicUrl`',
      }),
    }),
    backfill: group('Orders from before the connection.', {
      enabled: setting(flag().default(true), {
        description: 'Send history once, when the store is first seen. Off: orders created before the connection are left out.',
      }),
      since: setting(optional(day()), {
        description: 'First day of history, in the time zone of the shop.',
        fallback: 'everything the token may see',
      }),
    }),
    markets,
    subscriptions,
    delivery,
    aliases,
  }),
  { expects: 'a mapping' },
);

export const configSchema = setting(
  z.strictObject({
    server,
    admin,
    storage,
    retention,
    alerts,
    stores: setting(listOf(store, 'stores').min(1), {
      description: 'The connected shops.',
      expects: 'a list of at least one store',
      example: '[{ name: main, shop: … }]',
    }),
  }),
  { expects: 'a mapping' },
);

export type Settings = z.output<typeof configSchema>;
export type StoreSettings = Settings['stores'][number];
