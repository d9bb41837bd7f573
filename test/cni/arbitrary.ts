import fc from "fast-check";
import type { Json } from "../../lib/cni/json.ts";
import type { Schema } from "../../lib/cni/schema.ts";

/** Names that every JavaScript object seems to have. */
const inherited = ["__proto__", "constructor", "toString", "hasOwnProperty"];

/** TypeBox takes whole numbers beyond 2^53 for integers; they have lost digits, and are refused here. */
function isExact(number: number): boolean {
  return !Number.isInteger(number) || Number.isSafeInteger(number);
}

/** Values of any kind. No member is null, which counts as absent, and no key is one of a schema's. */
export const anyJson: fc.Arbitrary<Json> = fc
  .letrec<{ value: Json; member: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constant(null),
      tie("member"),
      fc.array(tie("value"), { maxLength: 3 }),
    ),
    member: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter(isExact),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        fc.oneof(
          fc.constantFrom(...inherited),
          fc.string().map((text) => `x-${text}`),
        ),
        tie("member"),
        { maxKeys: 3 },
      ),
    ),
  }))
  .value.map((value) => JSON.parse(JSON.stringify(value)));

/** Values that a schema allows, but for some part of them now and then, and with members that it does not know. */
export function nearly(schema: Schema): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 40, arbitrary: fitting(schema) },
    { weight: 1, arbitrary: anyJson.filter((value) => value !== null) },
  );
}

function fitting(schema: Schema): fc.Arbitrary<Json> {
  const { type, properties = {}, items, minimum, maximum, anyOf } = schema;
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(nearly));
  if (schema.const !== undefined) return fc.constant(schema.const as Json);
  switch (type) {
    case "object":
      return objects(properties);
    case "array":
      return items === undefined
        ? fc.array(anyJson, { maxLength: 3 })
        : fc.array(nearly(items), { maxLength: 3 });
    case "integer":
      return fc.oneof(
        fc.integer({ min: minimum, max: maximum }),
        fc.constantFrom((minimum ?? 0) - 1, (maximum ?? 0) + 1, 0.5),
      );
    case "string":
      return fc.string();
    case "boolean":
      return fc.boolean();
    default:
      return anyJson;
  }
}

function objects(properties: Readonly<Record<string, Schema>>): fc.Arbitrary<Json> {
  const members = Object.entries(properties).map(([key, each]) => [key, nearly(each)] as const);
  return (
    fc
      .tuple(
        fc.record(Object.fromEntries(members), { requiredKeys: [] }),
        fc.dictionary(fc.constantFrom("x-other", ...inherited), anyJson.filter(Boolean), { maxKeys: 2 }),
      )
      // Entries, not a spread: `__proto__` is to be a member of its own, as JSON.parse makes it.
      .map(([known, unknown]) => Object.fromEntries([...Object.entries(known), ...Object.entries(unknown)]))
  );
}
