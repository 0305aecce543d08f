import type { ComponentChildren } from "preact";

/** A tab that scrolls. Without anything to press on it only its own focus lets the keyboard scroll it (WCAG 2.1.1). */
export function Page(props: { readonly class?: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: axe asks for it (scrollable-region-focusable)
    <main class={`page ${props.class ?? ""}`} tabIndex={0}>
      {props.children}
    </main>
  );
}
