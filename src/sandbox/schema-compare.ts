/** What our handwritten schema says differently from the real one, in words. Pure. */
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

type Fields = Record<string, GraphQLField<unknown, unknown> | GraphQLInputField>;

function kind(type: GraphQLNamedType): string {
  if (isScalarType(type)) return 'scalar';
  if (isEnumType(type)) return 'enum';
  if (isInputObjectType(type)) return 'input';
  if (isInterfaceType(type)) return 'interface';
  return isUnionType(type) ? 'union' : 'type';
}

function fieldsOf(type: GraphQLNamedType): Fields {
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? type.getFields() : {};
}

/** Compares a field or argument of ours with its real counterpart at `path`. */
function compareTyped(path: string, ours: GraphQLArgument | GraphQLInputField, real: GraphQLArgument | GraphQLInputField): string[] {
  const found: string[] = [];
  if (String(ours.type) !== String(real.type))
    found.push(`${path} is ${String(ours.type)} here and ${String(real.type)} in Shopify's schema`);
  if (JSON.stringify(ours.defaultValue) !== JSON.stringify(real.defaultValue))
    found.push(
      `${path} defaults to ${JSON.stringify(ours.defaultValue)} here and ${JSON.stringify(real.defaultValue)} in Shopify's schema`,
    );
  if (real.deprecationReason) found.push(`${path} is deprecated: ${real.deprecationReason}`);
  return found;
}

function compareArguments(path: string, ours: readonly GraphQLArgument[], real: readonly GraphQLArgument[]): string[] {
  const found = ours.flatMap((argument) => {
    const twin = real.find((other) => other.name === argument.name);
    const at = `${path}(${argument.name}:)`;
    return twin ? compareTyped(at, argument, twin) : [`${at} does not exist in Shopify's schema`];
  });
  const required = real.filter((other) => String(other.type).endsWith('!') && other.defaultValue === undefined);
  const missing = required.filter((other) => !ours.some((argument) => argument.name === other.name));
  return [...found, ...missing.map((other) => `${path}(${other.name}:) is required in Shopify's schema and missing here`)];
}

function compareFields(typeName: string, ours: Fields, real: Fields): string[] {
  return Object.entries(ours).flatMap(([name, field]) => {
    const path = `${typeName}.${name}`;
    const twin = real[name];
    if (!twin) return [`${path} does not exist in Shopify's schema`];
    if (!('args' in field) || !('args' in twin)) return compareTyped(path, field as GraphQLInputField, twin as GraphQLInputField);
    const found = compareArguments(path, field.args, twin.args);
    if (String(field.type) !== String(twin.type))
      found.push(`${path} is ${String(field.type)} here and ${String(twin.type)} in Shopify's schema`);
    if (twin.deprecationReason) found.push(`${path} is deprecated: ${twin.deprecationReason}`);
    return found;
  });
}

function compareType(ours: GraphQLNamedType, real: GraphQLNamedType | undefined): string[] {
  if (!real) return [`${ours.name} does not exist in Shopify's schema`];
  if (kind(ours) !== kind(real)) return [`${ours.name} is ${kind(ours)} here and ${kind(real)} in Shopify's schema`];
  const found = compareFields(ours.name, fieldsOf(ours), fieldsOf(real));
  if (isEnumType(ours) && isEnumType(real)) {
    for (const value of ours.getValues()) {
      const twin = real.getValue(value.name);
      if (!twin) found.push(`${ours.name}.${value.name} does not exist in Shopify's schema`);
      else if (twin.deprecationReason) found.push(`${ours.name}.${value.name} is deprecated: ${twin.deprecationReason}`);
    }
  }
  if ((isObjectType(ours) || isInterfaceType(ours)) && (isObjectType(real) || isInterfaceType(real))) {
    const interfaces = real.getInterfaces().map(String);
    for (const name of ours.getInterfaces().map(String)) {
      if (!interfaces.includes(name)) found.push(`${ours.name} does not implement ${name} in Shopify's schema`);
    }
  }
  return found;
}

/**
 * Everything `ours` declares must exist in `real` and be the same: kind, type and nullability of fields and arguments, defaults, enum
 * values, interfaces; nothing deprecated. `real` may have more. One sentence per difference; empty: none.
 */
export function schemaDifferences(ours: GraphQLSchema, real: GraphQLSchema): string[] {
  const found = Object.values(ours.getTypeMap())
    .filter((type) => !type.name.startsWith('__'))
    .flatMap((type) => compareType(type, real.getType(type.name)));
  const roots = [
    [ours.getQueryType()?.name, real.getQueryType()?.name],
    [ours.getMutationType()?.name, real.getMutationType()?.name],
  ];
  for (const [mine, theirs] of roots) if (mine !== theirs) found.push(`the root type is ${mine} here and ${theirs} in Shopify's schema`);
  return found;
}
