import { addressOf, under } from "./address.ts";

/** Government domains of the provinces, `<letters>.gov.cn`, without Shandong's own (sd). */
const PROVINCES = "bj tj he sx nm ln jl hl sh js zj ah fj jx ha hb hn gd gx hi cq sc gz yn xz sn gs qh nx xj bt"
  .split(" ")
  .map((letters) => `${letters}.gov.cn`);

/**
 * A code of another province (P12): an address under that province's government. Its holder converts it through
 * 来鲁申报. Signed passes of another province are told by their issuer's region in the trust list instead.
 */
export function isOtherProvince(text: string): boolean {
  const host = addressOf(text)?.host;
  return host !== undefined && PROVINCES.some((domain) => under(host, domain));
}
