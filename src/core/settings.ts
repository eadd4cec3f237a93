/** The rules a shop owner sets for one store, as the pipeline needs them. The config room produces them. Pure types. */

export interface RuleSettings {
  exclude: {
    /** Raw source names or mapped channel types, any case. */
    channels: string[];
    /** Order tags, any case, whole tag. */
    tags: string[];
    customerTags: string[];
    paymentGateways: string[];
    /** Leave out Shopify test orders. */
    testOrders: boolean;
  };
  upsellDelay: {
    enabled: boolean;
    /** Fractions allowed. */
    minutes: number;
  };
  /** source_name -> channel type, added to and overriding the built-in table. */
  salesChannels: Record<string, string>;
  /** Only orders shipped to these countries (alpha-2); null: no limit. */
  markets: { shippingCountries: string[] } | null;
  aliases: {
    /** Order attribute -> alias kind; `__cvg_uid` -> `cookie` is built in. */
    attributes: Record<string, string>;
    /** More e-mail domains whose addresses are relays and never an alias. */
    relayDomains: string[];
  };
  subscriptions: {
    /** Send Started Subscription and Placed Recurring Subscription Order besides the Placed Order. */
    events: boolean;
  };
}
