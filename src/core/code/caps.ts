/**
 * The longest text that is looked at. A QR symbol (version 40, level L) holds 4,296 alphanumeric characters or 2,953
 * bytes (ISO/IEC 18004, table 7); health certificates seen in the field reach 1,093 and SMART cards 1,195.
 */
export const MAX_TEXT_LENGTH = 4_296;

/** Cuts at the cap, so that a shape is never searched for in more than `MAX_TEXT_LENGTH` characters. */
export const capped = (text: string): string => (text.length > MAX_TEXT_LENGTH ? text.slice(0, MAX_TEXT_LENGTH) : text);
