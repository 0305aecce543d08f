/** `HP1:` + Base45(zlib(COSE_Sign1(CWT))): the signed pass. */
export const SIGNED_PASS_PREFIX = "HP1:";

export const isSignedPass = (text: string): boolean => text.startsWith(SIGNED_PASS_PREFIX);
