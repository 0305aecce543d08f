/** How the page asks the lane: JSON both ways, with the session's token on everything that changes something. */
let formToken = "";

/** Keeps the token that the lane gave with the session. */
export function useToken(token: string): void {
  formToken = token;
}

export interface Refusal {
  readonly code?: string;
  readonly why?: string;
  readonly fix?: string;
  readonly found?: string;
  readonly expected?: string;
  readonly retryInMs?: number;
  readonly returnedTo?: number;
  readonly findings?: readonly Finding[];
}
export interface Finding {
  readonly code: string;
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  readonly suggestion: string | null;
  readonly clause: string | null;
}

/** What the lane refused, or what became of the connection. */
export class Refused extends Error {
  readonly status: number;
  readonly refusal: Refusal;
  constructor(status: number, refusal: Refusal) {
    super(refusal.why ?? refusal.found ?? `status ${status}`);
    this.status = status;
    this.refusal = refusal;
  }
}

async function answer<T>(asked: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await asked;
  } catch {
    throw new Refused(0, {
      code: "GL-5030",
      why: "与设备断开，正在重连。The lane does not answer; it may be restarting.",
    });
  }
  const body: unknown = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, body as Refusal);
  return body as T;
}

export const get = <T>(path: string): Promise<T> => answer<T>(fetch(`/technician/api/${path}`));

export const post = <T>(path: string, body: unknown = {}): Promise<T> =>
  answer<T>(
    fetch(`/technician/api/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-greenlane-token": formToken },
      body: JSON.stringify(body),
    }),
  );
