/** What the columns of a row hold that is set aside, or that is no longer suspected of killing the process. */

/** No clock gets there, so no claim reads it; still a date. */
export const NEVER = 8_640_000_000_000_000;

export const ABOVE_SUSPICION = { crashes: 0, suspect: null };
