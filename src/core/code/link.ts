import { addressOf } from "./address.ts";

/** Any other address: of a page, or with the scheme of an app. Never opened. */
export const isLink = (text: string): boolean => addressOf(text) !== null || /^[a-z][a-z0-9+.-]{1,30}:\/\//i.test(text);
