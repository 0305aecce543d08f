/** P7: refusing a mask is dissuaded. Only a guard attests it; what isn't known has no effect. */
import type { Mask } from "../flow.ts";
import type { Finding } from "./by-credential.ts";

/** What the guard's word on the mask leads to on entry. */
export function byMask(mask: Mask): Finding | null {
  return mask === "refused" ? { code: "mask-refused", kind: "deny", advice: [] } : null;
}
