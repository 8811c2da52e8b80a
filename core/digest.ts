/**
 * SHA-256 of a text's UTF-8 bytes, hexadecimal.
 *
 * n.b. Node takes 5 ms to load its cryptography, a fifth of its whole start, and most runs of the plugin need none.
 */
export function sha256(text: string): string {
  const { hash } = process.getBuiltinModule("node:crypto");
  return hash("sha256", text, "hex");
}
