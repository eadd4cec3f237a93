/** The questions of `init`, one after the other, each answer looked at before the next one. What is given is not asked. */
import { isLoopback } from '../core/loopback.ts';
import type { Ask } from './ask.ts';
import { FAULTS, listed, type Answers } from './init-answers.ts';
import type { AnswerChecks, Named } from './init-checks.ts';

/** Converge's address for all sources, which tells them apart by their token. */
const SHARED_ENDPOINT = /^https:\/\/app\.runconverge\.com\/api\/webhooks\b/;
const NONE = () => null;

/** `checks` null: nothing is looked at. Throws CLI_CANCELLED. */
export async function askAnswers(given: Partial<Answers>, ask: Ask, checks: AnswerChecks | null): Promise<Answers> {
  const shop = await askShop(given, ask, checks);
  const endpoint = await askChecked(given.endpoint, ask, checks?.endpoint ?? null, (initial) =>
    ask.text('Converge endpoint (Sources > Add source > Webhook: its postback URL)', {
      initial,
      hint: 'https://…',
      judge: FAULTS.endpoint,
    }),
  );
  const convergeToken =
    given.convergeToken ?? (SHARED_ENDPOINT.test(endpoint) ? await ask.secret('Token of the Converge source', FAULTS.convergeToken) : null);
  const publicUrl = given.publicUrl === undefined ? await askPublicUrl(ask, checks) : given.publicUrl;
  if (publicUrl !== null && shop.clientSecret === null)
    shop.clientSecret = await ask.secret('API secret key of the app: Shopify signs webhooks with it', FAULTS.clientSecret);
  const list = async (question: string, hint: string) => listed(await ask.text(question, { hint, judge: NONE }));
  return {
    ...shop,
    name: given.name ?? 'main',
    endpoint,
    convergeToken,
    publicUrl,
    excludeChannels: given.excludeChannels ?? (await list('Sales channels to leave out, with commas (Enter: none)', 'pos')),
    excludeTags: given.excludeTags ?? (await list('Order tags to leave out, with commas (Enter: none)', 'Exclude')),
    upsellMinutes:
      given.upsellMinutes ??
      Number(
        await ask.text('Minutes to wait for post-purchase upsells (0: none; 10 is usual)', {
          initial: '0',
          judge: (value) => (/^\d{1,5}(\.\d+)?$/.test(value) ? null : 'must be a number of minutes, 0 or more.'),
        }),
      ),
  };
}

type ShopAnswers = Pick<Answers, 'shop' | 'clientId' | 'clientSecret' | 'accessToken' | 'shopifyOrigin'>;

/** Shop and credentials are asked again until Shopify accepts them, or the user goes on without. */
async function askShop(given: Partial<Answers>, ask: Ask, checks: AnswerChecks | null): Promise<ShopAnswers> {
  let known: Partial<Answers> = given;
  for (;;) {
    const shop =
      known.shop ?? (await ask.text('Shop', { initial: given.shop ?? '', hint: 'your-store.myshopify.com', judge: FAULTS.shop }));
    const credentials = await askCredentials(known, ask);
    const answers: ShopAnswers = { shop, ...credentials, shopifyOrigin: given.shopifyOrigin ?? null };
    const found = checks ? await ask.during('Asking Shopify', () => checks.shop(answers)) : [];
    if (tell(found, ask) || !(await ask.yes('Correct shop or credentials?', true))) return answers;
    known = {};
  }
}

async function askCredentials(known: Partial<Answers>, ask: Ask): Promise<Pick<Answers, 'clientId' | 'clientSecret' | 'accessToken'>> {
  const { clientId, clientSecret, accessToken } = known;
  if (accessToken != null) return { clientId: clientId ?? null, clientSecret: clientSecret ?? null, accessToken };
  const kind =
    clientId != null || clientSecret != null
      ? 'app'
      : await ask.choose('Which app is it?', [
          { value: 'app', label: 'Made in the Shopify Dev Dashboard: client id and secret' },
          { value: 'custom', label: 'Made in the Shopify admin: a permanent access token (shpat_…)' },
        ]);
  if (kind === 'custom')
    return { clientId: null, clientSecret: null, accessToken: await ask.secret('Admin API access token', FAULTS.accessToken) };
  return {
    clientId: clientId ?? (await ask.text('Client id (Dev Dashboard > the app > Settings)', { judge: FAULTS.clientId })),
    clientSecret: clientSecret ?? (await ask.secret('Client secret (beside it)', FAULTS.clientSecret)),
    accessToken: null,
  };
}

async function askPublicUrl(ask: Ask, checks: AnswerChecks | null): Promise<string | null> {
  const url = await askChecked(
    undefined,
    ask,
    checks && ((value) => (value === '' ? Promise.resolve([]) : checks.publicUrl(value))),
    (initial) =>
      ask.text('Public https address of this program (Enter: none, Shopify is polled)', {
        initial,
        hint: 'https://connector.example.com',
        judge: (value) => (value === '' ? null : FAULTS.publicUrl(value)),
      }),
  );
  if (url !== '' && isLoopback(new URL(url).hostname))
    ask.say('warn', 'This address is this machine only: a sandbox reaches it, Shopify does not.');
  return url === '' ? null : url;
}

async function askChecked(
  given: string | undefined,
  ask: Ask,
  check: ((value: string) => Promise<Named[]>) | null,
  question: (initial: string) => Promise<string>,
): Promise<string> {
  let value = given ?? (await question(''));
  for (;;) {
    const asked = value;
    const found = check ? await ask.during('Looking', () => check(asked)) : [];
    if (tell(found, ask) || !(await ask.yes('Correct it?', true))) return value;
    value = await question(value);
  }
}

/** Whether nothing failed. */
function tell(found: Named[], ask: Ask): boolean {
  for (const { state, seen, fix } of found)
    ask.say(state === 'ok' || state === 'fail' ? state : 'warn', fix === null ? seen : `${seen}\n${fix}`);
  return found.every(({ state }) => state !== 'fail');
}
