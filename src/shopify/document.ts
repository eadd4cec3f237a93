/** What a typed GraphQL document is here: its text, and at compile time the shapes of its answer and of its variables. */

declare const shapes: unique symbol;

export type Document<Data, Variables> = string & { readonly [shapes]: { data: Data; variables: Variables } };

/** The tag the generated file writes its texts with: fragments are put in as they stand. */
export function gql(texts: TemplateStringsArray, ...fragments: string[]): string {
  return String.raw({ raw: texts.raw }, ...fragments).trim();
}

/** `OrdersByIds` of `query OrdersByIds(...) {...}`. */
export function operationName(document: string): string {
  return /\b(?:query|mutation)\s+(\w+)/.exec(document)?.[1] ?? 'anonymous';
}

/** A mutation must not be sent again when nobody knows whether it was carried out. */
export function isMutation(document: string): boolean {
  return /^\s*mutation\b/m.test(document);
}
