import { closeSync } from "node:fs";

/** A second close would hit whatever has got the number since. */
export function closeOnce(descriptor: number): () => void {
  let open = true;
  return () => {
    if (open) closeSync(descriptor);
    open = false;
  };
}
