import { expect, test } from "vitest";
import { parseOptions, UsageError } from "./options.ts";

test("without flags: port 9443 on all addresses, certificates where Crossplane mounts them, 64 MiB", () => {
  expect(parseOptions([], {})).toEqual({
    address: "0.0.0.0:9443",
    certificateFolder: "/tls/server",
    metricsAddress: "0.0.0.0:8080",
    maxMessageBytes: 67_108_864,
    logLevel: "info",
  });
});

test("the certificate folder comes from the flag, else from TLS_SERVER_CERTS_DIR", () => {
  const env = { TLS_SERVER_CERTS_DIR: "/from/env" };
  expect(parseOptions([], env)).toMatchObject({ certificateFolder: "/from/env" });
  expect(parseOptions(["--tls-server-certs-dir", "/from/flag"], env)).toMatchObject({
    certificateFolder: "/from/flag",
  });
});

test("plain text only where --insecure is said", () => {
  expect(parseOptions(["--insecure"], { TLS_SERVER_CERTS_DIR: "/from/env" })).toMatchObject({
    certificateFolder: undefined,
  });
});

test("IPv6 addresses, metrics off, and --debug as the SDK has it", () => {
  expect(parseOptions(["--address=[::1]:0", "--metrics-address=off", "-d"], {})).toMatchObject({
    address: "[::1]:0",
    metricsAddress: undefined,
    logLevel: "debug",
  });
});

test.each([
  [["--tls-server-certs-dir="], {}, "--tls-server-certs-dir is empty"],
  [[], { TLS_SERVER_CERTS_DIR: "" }, "TLS_SERVER_CERTS_DIR is empty"],
  [["--adress=:1"], {}, "Unknown option '--adress'"],
  [["serve"], {}, "Unexpected argument 'serve'"],
  [["--address", "9443"], {}, '--address must be HOST:PORT, got "9443"'],
  [["--address", "0.0.0.0:70000"], {}, '--address must be HOST:PORT, got "0.0.0.0:70000"'],
  [["--metrics-address", "none"], {}, '--metrics-address must be HOST:PORT, got "none"'],
  [
    ["--max-message-bytes", "64MiB"],
    {},
    '--max-message-bytes must be a whole number from 1024 to 2147483647, got "64MiB"',
  ],
  [["--log-level", "trace"], {}, '--log-level must be one of debug, info, warn, error, got "trace"'],
])("%j with %j is a usage error that names flag and value", (argv, env, message) => {
  expect(() => parseOptions(argv, env)).toThrow(UsageError);
  expect(() => parseOptions(argv, env)).toThrow(message);
});
