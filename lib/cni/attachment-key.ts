import type { Attachment, ValidAttachment } from "./request.ts";

/** A text that is one attachment's alone: none of the three names can hold a blank. */
export function attachmentKey(attachment: Attachment): string {
  return `${attachment.network} ${keyOnNetwork(attachment)}`;
}

/** A text that is one attachment's alone among those of its network. */
export function keyOnNetwork({ container, interface: name }: ValidAttachment): string {
  return `${container} ${name}`;
}

/** Each attachment once, in their order. */
export function distinctAttachments(attachments: readonly Attachment[]): Attachment[] {
  return firstOfEach(attachments, attachmentKey);
}

/** Each attachment of a network once, in their order. */
export function distinctOnNetwork(attachments: readonly ValidAttachment[]): ValidAttachment[] {
  return firstOfEach(attachments, keyOnNetwork);
}

function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((each) => seen.size !== seen.add(keyOf(each)).size);
}
