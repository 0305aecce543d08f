/** A visiting card (vCard, MECARD, BIZCARD) or an address to call or write to. */
export const isContact = (text: string): boolean =>
  /^(?:BEGIN:VCARD|MECARD:|BIZCARD:|mailto:|tel:|smsto?:|MATMSG:)/i.test(text);
