/** SQS messages are text: what is not, travels as base64 and says so in an attribute. */

export interface SqsBody {
  text: string;
  encoding: "base64" | undefined;
}

/** XML 1.0's characters; SQS refuses every other. */
const REFUSED = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function encodeBody(body: Uint8Array): SqsBody {
  const text = textOf(body);
  // SQS takes no empty body: "=" is base64 of nothing.
  if (text === "") return { text: "=", encoding: "base64" };
  if (text === undefined || REFUSED.test(text)) {
    return { text: Buffer.from(body).toString("base64"), encoding: "base64" };
  }
  return { text, encoding: undefined };
}

export function decodeBody(text: string, encoding: string | undefined): Uint8Array {
  return Buffer.from(text, encoding === "base64" ? "base64" : "utf8");
}

function textOf(body: Uint8Array): string | undefined {
  try {
    return decoder.decode(body);
  } catch {
    return undefined;
  }
}
