/** The page behind the app's address: Shopify's App URL points here, and a person may follow it. */

const STYLE = 'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}';

export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>shopify-converge</title>
<style>${STYLE}</style>
</head>
<body>
<h1>shopify-converge</h1>
<p>This service turns the orders of a Shopify store into Converge events. It receives Shopify's webhooks here and has no pages of its own.</p>
<p>If you have just installed the app, you are done: you can close this page. Whoever runs the service sees its state with <code>shopify-converge status</code>.</p>
</body>
</html>
`;

/** Inline style only; nothing is loaded, nothing is sent. Shopify shows an embedded app's page in a frame of its admin. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors https://admin.shopify.com https://*.myshopify.com",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
} as const;
