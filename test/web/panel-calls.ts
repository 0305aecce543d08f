import { expect } from "vitest";
import type { PanelRig } from "../support/panel.ts";

export const CODE = "valve-71-moss";

export interface Caller {
  cookie: string;
  token: string;
}
export const cookieOf = (response: Response): string => response.headers.get("set-cookie")?.split(";")[0] ?? "";

/** What a technician's browser asks of the panel that runs at the time. */
export function panelCalls(rig: () => PanelRig) {
  const headersOf = (caller: Partial<Caller>, more: Record<string, string> = {}): Record<string, string> => ({
    origin: rig().url,
    "content-type": "application/json",
    // A kept connection would not outlive the restarts of these tests.
    connection: "close",
    ...(caller.cookie === undefined ? {} : { cookie: caller.cookie }),
    ...(caller.token === undefined ? {} : { "x-greenlane-token": caller.token }),
    ...more,
  });
  const post = (path: string, body: unknown, caller: Partial<Caller> = {}, more: Record<string, string> = {}) =>
    fetch(`${rig().url}/technician/api/${path}`, {
      method: "POST",
      headers: headersOf(caller, more),
      body: JSON.stringify(body),
    });
  const get = (path: string, caller: Partial<Caller> = {}) =>
    fetch(`${rig().url}/technician/api/${path}`, { headers: headersOf(caller) });
  const signIn = async (code = CODE): Promise<Caller> => {
    const response = await post("sign-in", { code, by: "tech-1" });
    expect(response.status).toBe(200);
    const cookie = cookieOf(response);
    const state = (await (await get("state", { cookie })).json()) as { session: { token: string } };
    return { cookie, token: state.session.token };
  };
  const technician = async (): Promise<Caller> => {
    await rig().panel.code.set(CODE);
    return signIn();
  };
  return { headersOf, post, get, signIn, technician };
}
