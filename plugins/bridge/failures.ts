import { asCniError, together } from "../../lib/cni/error.ts";

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
    const [first] = this.#errors;
    if (first === undefined) return;
    throw this.#errors.length === 1 ? first : together(this.#errors.map(asCniError));
  }
}
