/** Cutting a webhook body down to the fields a subscription asked for. Pure. */

/** `RawJSON` values (ids beyond 2^53) are objects without properties of their own to cut. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * The fields of `body` that `paths` name; `a.b` names `b` in `a`, or in every entry of a list `a`. A path that leads nowhere adds nothing.
 * No paths: the whole body.
 */
export function includeFields(body: unknown, paths: readonly string[]): unknown {
  if (paths.length === 0) return body;
  if (Array.isArray(body)) return body.map((entry) => includeFields(entry, paths));
  if (!isPlain(body)) return body;
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    const below = paths.filter((path) => path === name || path.startsWith(`${name}.`));
    if (below.length === 0) continue;
    const deeper = below.map((path) => path.slice(name.length + 1));
    kept[name] = below.includes(name) ? value : includeFields(value, deeper);
  }
  return kept;
}
