import crypto, { webcrypto } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { x509 } from "./x509";

/** A private key and its certificate, both PEM. */
export interface KeyAndCertificate {
  key: string;
  certificate: string;
}

/** The local CA of one state folder: what a client trusts with `sslrootcert`. */
export interface CertificateAuthority {
  /** PEM file to give to clients. */
  caFile: string;
  certificate: string;
  /** A certificate for a server with these DNS names and IP addresses; the first DNS name is its subject. */
  issue(names: ServerNames): Promise<KeyAndCertificate>;
  /** Whether this CA made the certificate for exactly these names, and it is valid for some time. */
  covers(certificate: string, names: ServerNames): boolean;
}

export interface ServerNames {
  dns: readonly string[];
  ip: readonly string[];
}

/** What Neon's own certificates use, and what `tls-server-end-point` channel binding hashes with SHA-256. */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const VALID_YEARS = 10;

/** Opens `ca.pem` and `ca.key` of the folder, or makes them on the first start. */
export async function openCertificateAuthority(folder: string, now: () => Date): Promise<CertificateAuthority> {
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  const [caFile, keyFile] = [path.join(folder, "ca.pem"), path.join(folder, "ca.key")];
  if (!fs.existsSync(caFile) || !fs.existsSync(keyFile)) {
    const made = await selfSigned(now());
    fs.writeFileSync(keyFile, made.key, { mode: 0o600 });
    fs.writeFileSync(caFile, made.certificate, { mode: 0o644 });
  }
  const certificate = fs.readFileSync(caFile, "utf8");
  const key = fs.readFileSync(keyFile, "utf8");
  return {
    caFile,
    certificate,
    issue: (names) => issue({ key, certificate }, names, now()),
    covers: (leaf, names) => covers(certificate, leaf, names, now()),
  };
}

async function selfSigned(now: Date): Promise<KeyAndCertificate> {
  const {
    X509CertificateGenerator,
    BasicConstraintsExtension,
    KeyUsagesExtension,
    KeyUsageFlags,
    SubjectKeyIdentifierExtension,
  } = x509();
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: "CN=neon-tenants local CA",
    ...validity(now),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { key: await pemOf(keys.privateKey), certificate: certificate.toString("pem") };
}

async function issue(authority: KeyAndCertificate, names: ServerNames, now: Date): Promise<KeyAndCertificate> {
  const x = x509();
  const issuer = new x.X509Certificate(authority.certificate);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [names.dns[0] ?? names.ip[0] ?? "local"] }],
    issuer: issuer.subject,
    ...validity(now),
    // A chain is only as valid as its CA.
    notAfter: issuer.notAfter,
    signingAlgorithm: ALGORITHM,
    signingKey: await signingKey(authority.key),
    publicKey: keys.publicKey,
    extensions: [
      new x.BasicConstraintsExtension(false, undefined, true),
      new x.KeyUsagesExtension(x.KeyUsageFlags.digitalSignature, true),
      new x.ExtendedKeyUsageExtension([x.ExtendedKeyUsage.serverAuth]),
      await x.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x.AuthorityKeyIdentifierExtension.create(issuer),
      new x.SubjectAlternativeNameExtension([
        ...names.dns.map((value) => ({ type: "dns" as const, value })),
        ...names.ip.map((value) => ({ type: "ip" as const, value })),
      ]),
    ],
  });
  return { key: await pemOf(keys.privateKey), certificate: certificate.toString("pem") };
}

function covers(authority: string, leaf: string, names: ServerNames, now: Date): boolean {
  const [ca, certificate] = [new crypto.X509Certificate(authority), new crypto.X509Certificate(leaf)];
  const has = new Set(certificate.subjectAltName?.split(", "));
  const wanted = [...names.dns.map((name) => `DNS:${name}`), ...names.ip.map((address) => `IP Address:${address}`)];
  return (
    has.size === wanted.length &&
    wanted.every((name) => has.has(name)) &&
    certificate.verify(ca.publicKey) &&
    Date.parse(certificate.validTo) > now.getTime() + YEAR_MS / 12
  );
}

/** A day back, for clients whose clock is late. */
function validity(now: Date): { notBefore: Date; notAfter: Date } {
  const start = now.getTime() - YEAR_MS / 365;
  return { notBefore: new Date(start), notAfter: new Date(start + VALID_YEARS * YEAR_MS) };
}

/** Positive: the first bit of a DER integer is its sign. */
function serialNumber(): string {
  const bytes = crypto.randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes.toString("hex");
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  return crypto
    .createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ type: "pkcs8", format: "pem" })
    .toString();
}

async function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = crypto.createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", new Uint8Array(der), ALGORITHM, false, ["sign"]);
}
