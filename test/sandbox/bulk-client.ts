/** Running bulk operations as an app does, over real HTTP. */
import type { Sandbox } from '../../src/sandbox/index.ts';
import type { HandClock } from '../clock.ts';
import { ask, at, token, type Json } from './client.ts';

const FIELDS = 'id status type errorCode createdAt completedAt objectCount rootObjectCount fileSize url partialDataUrl query';

export const ORDERS = '{ orders { edges { node { id name lineItems { edges { node { id quantity } } } } } } }';

export interface Row {
  id: string;
  __parentId?: string;
  [key: string]: Json | undefined;
}

export function rowsOf(text: string): Row[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error('the last line is not whole');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

export function bulkClient(sandbox: Sandbox, clock: HandClock) {
  const { bulk } = sandbox.shopify;
  /** With a new token each time: tokens last a day, operations longer. */
  const answer = async (query: string, variables: object = {}): Promise<Json> =>
    (await ask(sandbox, await token(sandbox), query, variables)).body;

  async function start(query: string, groupObjects?: boolean): Promise<{ operation: Json; userErrors: Json; id: string }> {
    const document = `mutation($query: String!, $groupObjects: Boolean! = false) { bulkOperationRunQuery(query: $query, groupObjects: $groupObjects) {
      bulkOperation { ${FIELDS} } userErrors { field message code } } }`;
    const body = await answer(document, { query, groupObjects });
    const operation = at(body, 'data.bulkOperationRunQuery.bulkOperation') ?? null;
    return { operation, userErrors: at(body, 'data.bulkOperationRunQuery.userErrors') ?? null, id: String(at(operation, 'id')) };
  }

  async function poll(id: string): Promise<Record<string, string | null>> {
    const body = await answer(`query($id: ID!) { bulkOperation(id: $id) { ${FIELDS} } }`, { id });
    return at(body, 'data.bulkOperation') as Record<string, string | null>;
  }

  async function cancel(id: string): Promise<Json> {
    const document = `mutation($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { ${FIELDS} } userErrors { field message } } }`;
    return at(await answer(document, { id }), 'data.bulkOperationCancel') ?? null;
  }

  /** Lets an operation come to its end, unless a fault keeps it from it. */
  async function settle(): Promise<void> {
    await clock.advance(500);
    await bulk.idle();
    await clock.advance(3_600_000);
  }

  async function run(query: string, groupObjects?: boolean): Promise<Record<string, string | null>> {
    const { id, userErrors } = await start(query, groupObjects);
    if (id === 'undefined') throw new Error(JSON.stringify(userErrors));
    await settle();
    return poll(id);
  }

  return {
    ...{ start, poll, cancel, settle, run },
    ask: answer,
    rows: async (url: string | null | undefined) => rowsOf(await (await fetch(String(url))).text()),
  };
}
