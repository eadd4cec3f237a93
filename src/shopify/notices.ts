/** What Shopify says beside its data, each thing logged once: deprecations, another API version, withheld customer data. */
import type { Logger } from '../platform/logger.ts';
import type { Answer } from './transport.ts';

export interface Notices {
  headers(answer: Answer): void;
  /** Fields that came back as null because the app is not approved for protected customer data. */
  withheld(fields: string[]): void;
}

export function createNotices(shop: string, apiVersion: string, logger: Logger): Notices {
  const said = new Set<string>();
  function once(key: string, say: () => void): void {
    // The keys come from answers: a bound, so that nobody fills the memory with them.
    if (said.has(key) || said.size >= 1_000) return;
    said.add(key);
    say();
  }
  return {
    headers: ({ headers }) => {
      const reason = headers.get('x-shopify-api-deprecated-reason')?.slice(0, 300);
      if (reason)
        once(`deprecated ${reason}`, () =>
          logger.warn({ shop, apiVersion, reason }, 'Shopify calls something we use deprecated; update the program'),
        );
      const served = headers.get('x-shopify-api-version')?.slice(0, 40);
      if (served && served !== apiVersion) {
        once(`version ${served}`, () =>
          logger.warn({ shop, asked: apiVersion, served }, 'Shopify answers in another API version; update the program'),
        );
      }
    },
    withheld: (fields) => {
      if (fields.length === 0) return;
      once('withheld', () =>
        logger.warn(
          { shop, fields: [...new Set(fields)] },
          'Shopify withholds customer data: give the app access to protected customer data (Dev Dashboard > the app > API access requests); until then events go out without it',
        ),
      );
    },
  };
}
