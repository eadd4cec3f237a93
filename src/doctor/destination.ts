/** Checks of where events go: whether it takes connections, and, if asked for, whether it takes an event. */
import { readConvergeEvent } from '../core/converge-spec.ts';
import { isoSeconds } from '../core/time.ts';
import type { Destination } from '../destinations/types.ts';
import type { Http } from '../platform/http.ts';
import { reach } from '../platform/reach.ts';
import { fail, ok, skipped, warn, type Finding } from './check.ts';

const TIMEOUT_MS = 5_000;

/** Nothing is sent: a destination may count whatever arrives. */
export async function checkReachOf(url: string): Promise<Finding> {
  const failure = await reach(url, TIMEOUT_MS);
  const { host } = new URL(url);
  if (failure === null) return ok(`${host} takes connections; no event was sent`);
  return fail(`${host}: ${failure.message}`, 'Check the address of the endpoint, and whether a firewall or proxy lets this machine out.');
}

/** Sends one event that says it is a test, after checking it against the spec. */
export async function sendTest(destination: Destination, http: Http, now: number): Promise<Finding> {
  if (destination.eventNames !== null) return skipped(`${destination.name} has no event for tests: look at the first orders there`);
  const event = {
    event_name: 'Connector Test',
    event_id: `connector-test-${now}`,
    timestamp: isoSeconds(now),
    properties: { test: true },
    profile_properties: {},
    aliases: [`urn:connector_test:${now}`],
  };
  const read = readConvergeEvent(event);
  if (!('event' in read)) return fail('the test event is not of the spec', 'This is a fault of the program: report it.');
  const request = destination.encode(JSON.stringify(event));
  if ('reason' in request) return fail(request.reason, 'Correct the settings of the destination.');
  const answer = await http.send(request);
  const outcome = destination.classify(answer, now);
  if (outcome.kind === 'delivered')
    return ok(`took the test event ${event.event_id} (${answer.status ?? ''}); look for "Connector Test" there`);
  const seen = `did not take the test event: ${outcome.reason}`;
  return outcome.kind === 'retry'
    ? warn(seen, 'Try again later: events wait and are tried again.')
    : fail(seen, 'Correct the endpoint and its token.');
}
