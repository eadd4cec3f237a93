/** The program as its users run it, for the length of a test. */
import { onTestFinished } from 'vitest';
import { openPlace, type Place, type PlaceOptions } from './place.ts';

export { until, type Daemon, type Place, type PlaceOptions } from './place.ts';

export async function place(options: PlaceOptions = {}): Promise<Place> {
  const at = await openPlace(options);
  onTestFinished(() => at.close());
  return at;
}
