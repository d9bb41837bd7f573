/** Numbers at which code may change its mind. */
const turningPoints = [
  0, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 20, 0x7f, 0x80, 0xbf, 0xc0, 0xe0, 0xed, 0xf0, 0xfe, 0xff,
];

/** The longest input. */
const limit = 4096;

/**
 * Bytes that are like others, but for a few changes.
 *
 * @param random Gives numbers from 0 to below 1.
 * @param others What parts may be taken from.
 */
export function mutate(bytes: Uint8Array, random: () => number, others: readonly Uint8Array[]): Uint8Array {
  const below = (end: number) => Math.floor(random() * end);
  let changed = bytes.slice();
  // Mostly one change; each more is half as likely.
  do {
    const at = below(changed.length + 1);
    const length = 1 + below(random() < 0.5 ? 4 : 32);
    switch (below(9)) {
      case 0:
        changed[at] = (changed[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        changed[at] = turningPoints[below(turningPoints.length)] ?? 0;
        break;
      case 2:
        changed[at] = (changed[at] ?? 0) + (random() < 0.5 ? 1 : -1) * (1 + below(8));
        break;
      case 3:
        changed[at] = below(256);
        break;
      case 4:
        changed = changed.slice(0, at);
        break;
      case 5:
        changed = joined(changed.subarray(0, at), changed.subarray(at + length));
        break;
      case 6: {
        const from = below(changed.length);
        const part = changed.subarray(from, from + length);
        changed = joined(changed.subarray(0, at), part, changed.subarray(at));
        break;
      }
      case 7: {
        const other = others[below(others.length)] ?? changed;
        const from = 4 * below(other.length / 4);
        const part = other.subarray(from, from + 4 * length);
        const aligned = at & ~3;
        changed = joined(
          changed.subarray(0, aligned),
          part,
          changed.subarray(random() < 0.5 ? aligned : aligned + part.length),
        );
        break;
      }
      default: {
        const part = Uint8Array.from({ length }, () => below(256));
        changed = joined(changed.subarray(0, at), part, changed.subarray(at));
      }
    }
  } while (random() < 0.5);
  return changed.subarray(0, limit);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}
