import type { webcrypto } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
// n.b. @peculiar/x509 does not load without it and does not declare it.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;

interface Issued {
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

/**
 * Certificates for mutual TLS on this machine: ca.crt; tls.crt and tls.key for a server on localhost; client.crt and
 * client.key for who may call it. The authority's key is not kept: nobody can sign a further one.
 */
export async function makeCertificates(
  folder: string,
  { clientExpires = daysFromNow(30), authority = "asya-local", client: clientName = "crossplane" } = {},
): Promise<void> {
  const ca = await createAuthority(authority);
  const server = await issue(ca, "localhost", daysFromNow(30), [
    new x509.SubjectAlternativeNameExtension([
      { type: "dns", value: "localhost" },
      { type: "ip", value: "127.0.0.1" },
      { type: "ip", value: "::1" },
    ]),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
  ]);
  const client = await issue(ca, clientName, clientExpires, [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
  ]);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "ca.crt"), ca.certificate.toString("pem"));
  await writePair(folder, "tls", server);
  await writePair(folder, "client", client);
}

async function createAuthority(name: string): Promise<Issued> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: daysFromNow(-2),
    notAfter: daysFromNow(30),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return { certificate, keys };
}

async function issue(
  ca: Issued,
  name: string,
  notAfter: Date,
  extensions: x509.Extension[],
): Promise<Issued> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: ca.certificate.subject,
    notBefore: daysFromNow(-2),
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: ca.keys.privateKey,
    extensions: [new x509.BasicConstraintsExtension(false, undefined, true), ...extensions],
  });
  return { certificate, keys };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function writePair(folder: string, name: string, { certificate, keys }: Issued): Promise<void> {
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  await writeFile(join(folder, `${name}.crt`), certificate.toString("pem"));
  await writeFile(join(folder, `${name}.key`), x509.PemConverter.encode(key, "PRIVATE KEY"), { mode: 0o600 });
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}
