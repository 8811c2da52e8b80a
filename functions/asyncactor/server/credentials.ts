import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext, TLSSocket } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";

const FILES = { ca: "ca.crt", cert: "tls.crt", key: "tls.key" } as const;

/** Extended key usage, RFC 5280. */
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

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
    // n.b. Crossplane gives its authority and all its certificates the same subject and no key identifiers; OpenSSL takes such
    // a client's certificate for a self-signed one and would refuse it. So the handshake passes, and whom neither OpenSSL nor
    // `vouch` knows is refused at its first call.
    super({ requestCert: true, rejectUnauthorized: false, SNICallback: onServerName }, certificates);
    this.#folder = folder;
    this.#current = certificates;
    const vouch = (socket: TLSSocket) => {
      const { raw } = socket.getPeerCertificate();
      if (!socket.authorized && raw !== undefined && isOurs(raw, this.#current.ca, new Date()))
        socket.authorized = true;
    };
    // n.b. grpc-js shows a call's certificate only of a socket that is authorized, and gives nobody the socket itself; Node
    // calls this on it, early in the handshake. Crossplane calls by a DNS name, so there is a server name.
    function onServerName(this: unknown, _: string, done: (error: Error | null) => void): void {
      if (this instanceof TLSSocket) this.once("secure", () => vouch(this));
      done(null);
    }
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

/** Whether a client's certificate, DER, is one of our authority, for clients, and in its time. */
function isOurs(raw: Uint8Array, ca: Buffer, now: Date): boolean {
  const client = new X509Certificate(raw);
  const isForClients = client.keyUsage === undefined || client.keyUsage.includes(CLIENT_AUTHENTICATION);
  const isInItsTime = client.validFromDate <= now && now <= client.validToDate;
  return isForClients && isInItsTime && authorities(ca).some((one) => hasIssued(one, client));
}

function authorities(pem: Buffer): X509Certificate[] {
  const blocks =
    pem.toString("latin1").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** n.b. `verify` checks the signature, which names cannot feign. */
function hasIssued(authority: X509Certificate, client: X509Certificate): boolean {
  return authority.ca && client.issuer === authority.subject && client.verify(authority.publicKey);
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
