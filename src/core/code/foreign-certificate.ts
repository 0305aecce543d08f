/** `HC1:` + Base45(zlib(COSE_Sign1(CWT))): the EU's and WHO's certificate (hcert-spec 1.0.8, section 2). */
export const FOREIGN_CERTIFICATE_PREFIX = "HC1:";

export const isForeignCertificate = (text: string): boolean => text.startsWith(FOREIGN_CERTIFICATE_PREFIX);
