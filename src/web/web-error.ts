/** Why the kiosk's pages can't be served, and what to do. */
export class WebError extends Error {
  readonly code: "GL-5001" | "GL-5002";
  constructor(code: "GL-5001" | "GL-5002", message: string) {
    super(`${code}: ${message}`);
    this.name = "WebError";
    this.code = code;
  }
}
