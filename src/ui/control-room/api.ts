import type { Me, RoomAuditEntry, RoomCaseDetail, RoomQuarter, RoomStream } from "../../core/room.ts";

/** What the server refused, in a word from its closed list. */
export class Refused extends Error {
  readonly why: string;
  readonly status: number;
  constructor(why: string, status: number) {
    super(why);
    this.why = why;
    this.status = status;
  }
}

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(path, { credentials: "same-origin", ...init });
  const body = (await answer.json().catch(() => ({}))) as { error?: string };
  if (!answer.ok) throw new Refused(body.error ?? "failed", answer.status);
  return body as T;
}
const post = <T>(path: string, csrf: string, body: unknown = {}): Promise<T> =>
  ask<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf": csrf },
    body: JSON.stringify(body),
  });

/** The calls of the page, for one session. */
export function api(csrf: string) {
  return {
    act: (id: string, action: "acknowledge" | "resolve" | "unshelve") => post(`/api/cases/${id}/${action}`, csrf),
    acknowledgeAll: (ids: readonly string[]) => post<{ refused: string[] }>("/api/acknowledge", csrf, { ids }),
    shelve: (id: string, until: number, reason: string) => post(`/api/cases/${id}/shelve`, csrf, { until, reason }),
    note: (id: string, text: string) => post(`/api/cases/${id}/note`, csrf, { text }),
    subject: (id: string) => post<{ jwe: string[] }>(`/api/cases/${id}/subject`, csrf),
    detail: (id: string) => ask<RoomCaseDetail>(`/api/cases/${id}`),
    completeness: () => ask<RoomStream[]>("/api/completeness"),
    counts: (from: number, to: number) => ask<RoomQuarter[]>(`/api/counts?from=${from}&to=${to}`),
    audit: (before?: number) => ask<RoomAuditEntry[]>(`/api/audit${before === undefined ? "" : `?before=${before}`}`),
    auditCheck: () => ask<{ head: { n: number }; broken: number | null }>("/api/audit/check"),
    password: (old: string, password: string) => post<Me>("/api/password", csrf, { old, password }),
    signOut: () => post("/api/sign-out", csrf),
  };
}
export type Api = ReturnType<typeof api>;

export const signIn = (id: string, password: string): Promise<Me> => post<Me>("/api/sign-in", "", { id, password });
export const whoAmI = (): Promise<Me> => ask<Me>("/api/me");
