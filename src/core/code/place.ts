import { addressOf } from "./address.ts";

/** Prefix of the place codes that `greenlane poster` makes where the site has no address of the platform for them. */
export const PLACE_PREFIX = "PLACE:";

/** A path or query word by which platforms mark a venue's code (place, venue, 场所码). */
const PLACE_WORD = /[/?&=_-](?:place|placecode|venue|venuecode|csm|changsuo|changsuoma)(?:[/?&=_.-]|$)/;

/** A place's own code, which people scan; it says where, not who (P14). */
export function isPlace(text: string): boolean {
  if (text.toUpperCase().startsWith(PLACE_PREFIX)) return true;
  const address = addressOf(text);
  return address !== null && PLACE_WORD.test(address.rest);
}
