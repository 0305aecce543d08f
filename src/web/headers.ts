import type { FastifyHelmetOptions } from "@fastify/helmet";

/**
 * Headers of every answer. Pages run only what this server served: no inline script, style or frame, nothing from
 * outside. `framed` lets this server's own pages be framed by it, for the demo's overview.
 */
export function securityHeaders(framed: boolean): FastifyHelmetOptions {
  const frames = framed ? ["'self'"] : ["'none'"];
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        imgSrc: ["'self'", "blob:"],
        mediaSrc: ["'self'"],
        connectSrc: ["'self'"],
        frameSrc: frames,
        frameAncestors: frames,
        baseUri: ["'none'"],
        formAction: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ["'none'"],
      },
    },
    frameguard: { action: framed ? "sameorigin" : "deny" },
    referrerPolicy: { policy: "no-referrer" },
    crossOriginEmbedderPolicy: false,
    // Plain HTTP on the kiosk itself is intended; with TLS the certificate is the site's own and may change.
    strictTransportSecurity: false,
  };
}

/** Nothing of a page may reach for the devices of whoever looks at it. */
export const PERMISSIONS =
  "camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=(), display-capture=()";
