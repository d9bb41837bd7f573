/**
 * The wire format of Protocol Buffers, as far as the calls about pods need it: numbers, texts, and messages.
 *
 * A client library for gRPC would bring a dozen packages into the project for the sake of these two small files.
 * https://protobuf.dev/programming-guides/encoding
 */

/** A message that is to be sent: its fields in turn, each with its number. */
export type Message = readonly (readonly [field: number, value: string | number | Message])[];

/** A message that came: the fields' values, by their numbers. Texts and messages are bytes here. */
export type Fields = ReadonlyMap<number, readonly (number | Buffer)[]>;

type Value = Message[number][1];

/** The message of these fields, numbered from 1 on; `undefined` leaves one out. */
export function message(...values: readonly (Value | undefined)[]): Message {
  return values.flatMap((value, index) => (value === undefined ? [] : [[index + 1, value] as const]));
}

const varint = 0;
const lengthDelimited = 2;

/** The bytes of a message. */
export function encode(message: Message): Buffer {
  return Buffer.concat(
    message.flatMap(([field, value]) => {
      if (typeof value === "number") return [encodeNumber((field << 3) | varint), encodeNumber(value)];
      const bytes = typeof value === "string" ? Buffer.from(value) : encode(value);
      return [encodeNumber((field << 3) | lengthDelimited), encodeNumber(bytes.length), bytes];
    }),
  );
}

/** Seven bits a byte, the lowest first; all bytes but the last have their highest bit set. */
function encodeNumber(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 0x80)) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}

/** The message in some bytes. @throws Error when a field is of a kind that the calls about pods have not */
export function decode(bytes: Buffer): Fields {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const number = () => {
    let value = 0;
    for (let unit = 1; ; unit *= 0x80) {
      const byte = bytes.readUInt8(at++);
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = number();
    const [field, kind] = [tag >> 3, tag & 7];
    if (kind !== varint && kind !== lengthDelimited) throw new Error(`field ${field} is of kind ${kind}`);
    let value: number | Buffer = number();
    if (kind === lengthDelimited) {
      const end = at + value;
      value = bytes.subarray(at, end);
      at = end;
    }
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

/** The messages in a field. */
export function messagesIn(fields: Fields, field: number): Fields[] {
  return (fields.get(field) ?? []).filter((value) => typeof value !== "number").map(decode);
}

/** The texts in a field. */
export function textsIn(fields: Fields, field: number): string[] {
  return (fields.get(field) ?? []).map(String);
}

/** A field that is a map from text to text: messages of a key and a value. */
export function mapIn(fields: Fields, field: number): Map<string, string> {
  return new Map(
    messagesIn(fields, field).map((entry) => {
      const [[key = ""], [value = ""]] = [textsIn(entry, 1), textsIn(entry, 2)];
      return [key, value];
    }),
  );
}
