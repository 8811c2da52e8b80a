import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";

const FILES = { ca: "ca.crt", cert: "tls.crt", key: "tls.key" } as const;

interface Certificates {
  ca: Buffer;
  cert: Buffer;
  key: Buffer;
}

/** The certificates in a folder cannot be used; the message names file and reason. */
export class CertificateError extends Error {
  override name = "CertificateError";
}

/**
 * Mutual TLS from a folder that may change while the server runs: new connections use the new files.
 *
 * n.b. the function SDK 0.7.0 leaves client certificates unchecked, and an empty folder name means plain text there.
 */
export class FolderCredentials extends ServerCredentials {
  readonly #folder: string;
  #current: Certificates;

  /** @throws {CertificateError} */
  constructor(folder: string) {
    const certificates = readCertificates(folder);
    super({ requestCert: true, rejectUnauthorized: true }, certificates);
    this.#folder = folder;
    this.#current = certificates;
  }

  /**
   * Takes over changed files. What runs goes on with the old ones where the new ones are not usable.
   *
   * @returns whether they had changed. @throws {CertificateError}
   */
  reload(): boolean {
    const next = readCertificates(this.#folder);
    const { ca, cert, key } = this.#current;
    if (next.ca.equals(ca) && next.cert.equals(cert) && next.key.equals(key)) return false;
    this.#current = next;
    this.updateSecureContextOptions(next);
    return true;
  }

  _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

/** Looks for changed files every `intervalMs`; each new error is reported once. @returns what ends it. */
export function watchCredentials(
  credentials: FolderCredentials,
  intervalMs: number,
  report: { reloaded(): void; failed(error: unknown): void },
): () => void {
  let lastError = "";
  const timer = setInterval(() => {
    try {
      if (credentials.reload()) report.reloaded();
      lastError = "";
    } catch (error) {
      if (String(error) !== lastError) report.failed(error);
      lastError = String(error);
    }
  }, intervalMs);
  return () => clearInterval(timer);
}

function readCertificates(folder: string): Certificates {
  const certificates = {
    ca: readPart(folder, FILES.ca),
    cert: readPart(folder, FILES.cert),
    key: readPart(folder, FILES.key),
  };
  try {
    createSecureContext(certificates);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CertificateError(
      `${folder}: ${Object.values(FILES).join(", ")} are not PEM files that belong together (${reason})`,
      { cause },
    );
  }
  return certificates;
}

function readPart(folder: string, name: string): Buffer {
  const file = join(folder, name);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new CertificateError(
      `cannot read ${file} (${reason}): mount a folder with ca.crt, tls.crt and tls.key, or say --insecure`,
      { cause },
    );
  }
  if (!bytes.includes("-----BEGIN ")) throw new CertificateError(`${file} has no PEM block`);
  return bytes;
}
