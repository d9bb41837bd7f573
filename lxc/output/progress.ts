import { system } from "#system";
import type { Running } from "../../lib/system/system.ts";
import { printable } from "./printable.ts";

/** How long something may take before a person is told how far it is, in milliseconds. */
const patience = 1000;

/** Between two lines, in milliseconds: a terminal need not show more than the eye sees. */
const pace = 100;

/**
 * Does something to each of many, in order; once it takes more than a second, a line on the terminal tells how far it
 * is. Nothing shows where standard error is no terminal.
 *
 * @param doing What is done, as in `checking`.
 * @param nameOf What the line calls one of them.
 * @returns what was done to each.
 */
export function withProgress<Item, Done>(
  doing: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
  work: (item: Item) => Done,
): Done[] {
  const isWatched = items.length > 1 && system.isTerminal("errors");
  let next = isWatched ? system.monotonic() + patience : Number.POSITIVE_INFINITY;
  let isShown = false;
  try {
    return items.map((item, index) => {
      if (system.monotonic() >= next) {
        system.writeStandardError(
          `\r\x1b[K${doing} ${index + 1} of ${items.length}: ${printable(nameOf(item))}`,
        );
        isShown = true;
        next = system.monotonic() + pace;
      }
      return work(item);
    });
  } finally {
    if (isShown) system.writeStandardError("\r\x1b[K");
  }
}

/**
 * Waits until a command has ended; once it takes more than a second, a line on the terminal tells how far it is. Nothing shows
 * where standard error is no terminal.
 *
 * @param line What is told, by how long it has taken, in milliseconds.
 */
export function awaitWithProgress(running: Running, line: (milliseconds: number) => string): void {
  const begin = system.monotonic();
  if (!system.isTerminal("errors") || running.hasEnded(patience)) return;
  do {
    system.writeStandardError(`\r\x1b[K${printable(line(system.monotonic() - begin))}`);
  } while (!running.hasEnded(pace));
  system.writeStandardError("\r\x1b[K");
}
