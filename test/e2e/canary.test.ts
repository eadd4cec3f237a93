/** Planted secrets and personal data, and every output of the program that is not asked for a body: none of them is in it. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { place, until } from './running.ts';

const PLANTED = {
  email: 'canarymail@person.example',
  firstName: 'Canaryfirst',
  lastName: 'Canarylast',
  city: 'Canarycity',
  street: 'Canarystreet 1',
  zip: 'CANARY-ZIP',
  phone: '+4930901820',
  token: 'canary-converge-token',
  password: 'canary-admin-password',
  eventsToken: 'canary-events-token',
};

it('no log, error, list, page or metric holds a secret or personal data, also when an endpoint echoes what it got', async () => {
  const at = await place();
  const { shop, converge, clientSecret } = at.sandbox;
  const config = join(at.folder, 'connector.yaml');
  writeFileSync(
    config,
    readFileSync(config, 'utf8')
      .replace('admin:\n', 'admin:\n  password: ${ADMIN_PASSWORD}\n  eventsToken: ${EVENTS_TOKEN}\n')
      .replace(/( +)endpoint: .*\n/, (line, indent) => `${line}${indent}token: \${CONVERGE_TOKEN}\n`),
  );
  appendFileSync(
    join(at.folder, '.env'),
    `ADMIN_PASSWORD=${PLANTED.password}\nEVENTS_TOKEN=${PLANTED.eventsToken}\nCONVERGE_TOKEN=${PLANTED.token}\n`,
  );
  const order = () =>
    shop.createOrder({
      lines: [{ variant: 'TM-1' }],
      customer: { email: PLANTED.email, firstName: PLANTED.firstName, lastName: PLANTED.lastName },
      phone: PLANTED.phone,
      billingAddress: { city: PLANTED.city, countryCode: 'DE', zip: PLANTED.zip },
    });
  const said: string[] = [];
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await at.run(...args);
    said.push(stdout, stderr);
    return code;
  };

  await run('connect', '--verbose');
  const daemon = await at.start();
  const sent = order();
  await until(() => converge.events().some(({ event_id }) => event_id === sent.id));
  const echo = JSON.stringify({ error: 'bad event', you: Object.values(PLANTED) });
  converge.setFaults(() => ({ kind: 'status', status: 422, body: echo }));
  const dead = order();
  await until(() => daemon.output().includes(dead.id) && /"level":"error"[^\n]*422/.test(daemon.output()));
  converge.setFaults(null);

  await fetch(`${at.admin}/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${PLANTED.eventsToken}` },
    body: JSON.stringify({ event_name: 'Cancelled Subscription', event_id: 'x', properties: { $email: PLANTED.email } }),
  });
  const basic = { authorization: `Basic ${Buffer.from(`x:${PLANTED.password}`).toString('base64')}` };
  for (const path of ['/', '/metrics', '/readyz', '/healthz', '/login', '/nothing']) {
    for (const headers of [basic, {}]) said.push(await (await fetch(`${at.admin}${path}`, { headers })).text());
  }
  await fetch(`${at.admin}/login`, { method: 'POST', body: new URLSearchParams({ password: `${PLANTED.password}-wrong` }) });
  writeFileSync(join(at.folder, 'bad.json'), JSON.stringify({ event_name: 'Placed Order', properties: { $email: PLANTED.email } }));

  const commands: [number, ...string[]][] = [
    [0, 'status', '--verbose'],
    [0, 'events', 'list', '--json'],
    [0, 'dead-letters', 'list', '--json'],
    [0, 'config', 'print'],
    [0, 'backup', 'copy.sqlite', '--verbose'],
    [1, 'send', 'bad.json', '--verbose'],
  ];
  await Promise.all(commands.map(async ([code, ...args]) => expect([args, await run(...args)]).toEqual([args, code])));
  await run('doctor', '--json');
  daemon.process.kill('SIGTERM');
  await daemon.ended;
  said.push(daemon.output());

  const text = said.join('\n').toLowerCase();
  expect(text).toContain(dead.id);
  for (const planted of [...Object.values(PLANTED), '901820', clientSecret]) expect(text).not.toContain(planted.toLowerCase());
}, 180_000);
