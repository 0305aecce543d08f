import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { type ControlRoomConfig, ControlRoomConfigError } from "./config.ts";

/** TLS of the link to the broker: whichever of the three are named. */
export interface LinkTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Null where no file is named: an `mqtts://` link then trusts the machine's own authorities. @throws ControlRoomConfigError */
export function brokerTls({ broker }: ControlRoomConfig): LinkTls | null {
  const { ca, cert, key } = broker;
  if (ca === undefined && cert === undefined && key === undefined) return null;
  return fitting("/broker", {
    ...(ca === undefined ? {} : { ca: named("/broker/ca", ca) }),
    ...(cert === undefined ? {} : { cert: named("/broker/cert", cert) }),
    ...(key === undefined ? {} : { key: named("/broker/key", key) }),
  });
}

/** Null where the broker asks for no password. @throws ControlRoomConfigError */
export function brokerPassword({ broker }: ControlRoomConfig): string | null {
  if (broker.passwordFile === undefined) return null;
  return named("/broker/passwordFile", broker.passwordFile).toString("utf8").trim();
}

/** Null where the page is served without TLS. @throws ControlRoomConfigError */
export function webTls({ web }: ControlRoomConfig): { readonly cert: Buffer; readonly key: Buffer } | null {
  if (web.cert === undefined || web.key === undefined) return null;
  return fitting("/web", { cert: named("/web/cert", web.cert), key: named("/web/key", web.key) });
}

/** Reads every file that the configuration names. @throws ControlRoomConfigError with the field of the first that won't do. */
export function checkNamedFiles(config: ControlRoomConfig): void {
  brokerTls(config);
  brokerPassword(config);
  webTls(config);
  config.addressees.forEach(({ secretFile }, at) => {
    if (secretFile !== undefined) named(`/addressees/${at}/secretFile`, secretFile);
  });
}

function named(field: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new ControlRoomConfigError(
      `${field}: can't read ${file} (${why}); check the path and that the control room's user may read it`,
    );
  }
}

/** OpenSSL's own look at them: PEM, and the key that belongs to the certificate. */
function fitting<T extends LinkTls>(part: string, files: T): T {
  try {
    // A secure context takes an authority that is no certificate without a word.
    for (const certificate of [files.ca, files.cert]) if (certificate !== undefined) new X509Certificate(certificate);
    createSecureContext({ ...files });
    return files;
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 120) : "unusable";
    throw new ControlRoomConfigError(
      `${part}: ca, cert and key won't do (${why}); give PEM files, and the key that the certificate was made for`,
    );
  }
}
