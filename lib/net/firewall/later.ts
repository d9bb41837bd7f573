import { CniError, Code, describe } from "../../cni/error.ts";

/** Does something now; what it came to, also when that is an error, is for later. */
export function attempt<T>(action: () => T): () => T {
  try {
    const value = action();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Takes every step, whether others fail or not. @throws CniError 101 with all that failed, and `what` before it */
export function finishAll(what: string, steps: readonly (() => void)[]): void {
  const problems: string[] = [];
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      problems.push(describe(error));
    }
  }
  if (problems.length > 0) throw new CniError(Code.firewallFailed, `${what}: ${problems.join("; ")}`);
}
