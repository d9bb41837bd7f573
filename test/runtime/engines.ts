import { beforeEach, describe } from "vitest";
import { missing, type Variant, variants } from "../fixture/variants.ts";

/** One variant for each engine. */
const engines = variants.filter(
  ({ directory }, index) => variants.findIndex((each) => each.directory === directory) === index,
);

/** Describes a behaviour that has nothing to do with how links are made, on each engine. */
export function describeEngines(behaviour: string, body: (variant: Variant) => void): void {
  for (const variant of engines) {
    describe(`${behaviour} [${variant.name}]`, () => {
      const reason = missing(variant);
      if (reason !== undefined) beforeEach(({ skip }) => skip(reason));
      body(variant);
    });
  }
}
