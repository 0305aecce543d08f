import type { GuardView, StreetView } from "../core/views.ts";

/** The screens. The lane calls both at each change and at least once a second: the page goes out of service without. */
export interface Display {
  street(view: StreetView): void;
  guard(view: GuardView): void;
}
