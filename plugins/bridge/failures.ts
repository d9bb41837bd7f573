import { CniError, describe } from "../../lib/cni/error.ts";

/** What went wrong in steps of which each is taken whether the others fail or not. */
export class Failures {
  readonly #errors: unknown[] = [];

  /** Takes a step. */
  attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#errors.push(error);
    }
  }

  get isEmpty(): boolean {
    return this.#errors.length === 0;
  }

  /** @throws CniError that reports all that failed, with the code of the first. */
  throwIfAny(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    if (others.length === 0 || !(first instanceof CniError)) throw first;
    const details = [first.details, ...others.map(describe)].filter((text) => text !== "").join("; ");
    throw new CniError(first.code, first.message, details);
  }
}
