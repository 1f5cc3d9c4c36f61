// Somebody signed in on a device: calls that renew their token by themselves, and are repeated when the network fails.
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./api.js";

export type Problem = components["schemas"]["Problem"];
export type Device = components["schemas"]["PhoneSaidRequest"];

const TRIES = 5;

// A refusal: `problem.code` is stable, the words are for people.
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
  }
}

// What the server said, or the problem it told, thrown.
export function told<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Refused(answer.error as Problem);
  return answer.data;
}

export class Session {
  readonly api: Client<paths>;
  unsent = 0; // what the phone still holds; the server shows it to the cadre and the supervisor

  private renewing: Promise<void> | undefined;

  private constructor(
    readonly server: string,
    readonly device: Device,
    private access: string,
    private refresh: string,
  ) {
    this.api = createClient<paths>({ baseUrl: server, fetch: (request) => this.send(request) });
  }

  static async signIn(server: string, username: string, password: string, device: Device): Promise<Session> {
    const door = createClient<paths>({ baseUrl: server, fetch: patiently });
    const { access, refresh } = told(await door.POST("/api/v1/auth/token/", { body: { username, password, device } }));
    return new Session(server, device, access, refresh);
  }

  // Asks for new tokens. An answer that was lost can be asked for again: the old refresh token stays good until the
  // new one is presented. Keep both where they survive the app.
  async renew(): Promise<void> {
    const door = createClient<paths>({ baseUrl: this.server, fetch: patiently });
    const tokens = told(await door.POST("/api/v1/auth/token/refresh/", { body: { refresh: this.refresh } }));
    this.access = tokens.access;
    this.refresh = tokens.refresh;
  }

  private async send(request: Request): Promise<Response> {
    const again = request.clone(); // a body can be read once
    const used = this.access;
    const answer = await patiently(this.signed(request));
    if (answer.status !== 401 || (await codeOf(answer)) !== "token_expired") return answer;
    if (used === this.access) this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
    await this.renewing; // once for all calls that were under way
    return patiently(this.signed(again));
  }

  private signed(request: Request): Request {
    request.headers.set("Authorization", `Bearer ${this.access}`);
    request.headers.set("X-Unsent", String(this.unsent));
    if (this.device?.app_version) request.headers.set("X-App-Version", this.device.app_version);
    return request;
  }
}

// A phone repeats only where there was no answer, or 408, 429, 5xx and `key_in_progress`; every call bears it.
export async function patiently(request: Request): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    let answer: Response | undefined;
    try {
      answer = await fetch(request.clone());
      if (!(await isForLater(answer))) return answer;
    } catch (fault) {
      if (attempt === TRIES) throw fault;
    }
    if (answer && attempt === TRIES) return answer;
    const seconds = Number(answer?.headers.get("Retry-After") ?? 2 ** attempt / 4);
    await new Promise((later) => setTimeout(later, seconds * 1000));
  }
}

async function isForLater(answer: Response): Promise<boolean> {
  if ([408, 429].includes(answer.status) || answer.status >= 500) return true;
  return answer.status === 409 && (await codeOf(answer)) === "key_in_progress";
}

async function codeOf(answer: Response): Promise<string | undefined> {
  const isProblem = answer.headers.get("Content-Type")?.startsWith("application/problem+json");
  return isProblem ? ((await answer.clone().json()) as Problem).code : undefined;
}
