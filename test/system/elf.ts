/** A loadable segment, as the file says where it is to be. */
export interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** The segments of an executable that take memory: elf(5), 64 bits, little-endian. */
export function segmentsOf(file: Buffer): Segment[] {
  const start = Number(file.readBigUInt64LE(32));
  const [length, count] = [file.readUInt16LE(54), file.readUInt16LE(56)];
  const headers = Array.from({ length: count }, (_, index) => file.subarray(start + index * length));
  return headers
    .filter((header) => header.readUInt32LE(0) === 1 && header.readBigUInt64LE(40) > 0n)
    .map((header) => ({
      offset: Number(header.readBigUInt64LE(8)),
      address: Number(header.readBigUInt64LE(16)),
      size: Number(header.readBigUInt64LE(40)),
    }));
}

/** Whether an executable is for arm64: its e_machine. */
export function isForArm64(file: Buffer): boolean {
  return file.readUInt16LE(18) === 183;
}
