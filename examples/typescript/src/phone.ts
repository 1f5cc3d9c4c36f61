// What a phone holds, and how it comes to agree with the server: pull, then push. Any database will do in its place.
import type { components } from "./api.js";
import { Session, told } from "./session.js";

export type Row = { id: string; [column: string]: unknown };
export type Unsent = { table: string; row: Row };
export type Verdict = components["schemas"]["RowVerdict"];

const MOST_ROWS = 2000; // in one push

export class Phone {
  readonly tables = new Map<string, Map<string, Row>>();
  readonly unsent = new Map<string, Unsent>();
  private timestamp: number | undefined; // of the last pull; opaque

  constructor(readonly session: Session) {}

  rows(table: string): Map<string, Row> {
    const found = this.tables.get(table) ?? new Map<string, Row>();
    this.tables.set(table, found);
    return found;
  }

  // Records a row, with or without a network. Phones only create; a correction is an amendment.
  create(table: string, row: Row): void {
    this.rows(table).set(row.id, row);
    this.unsent.set(`${table} ${row.id}`, { table, row });
    this.session.unsent = this.unsent.size;
  }

  async sync(): Promise<Verdict[]> {
    await this.pull();
    return this.push();
  }

  // All pages are of one snapshot; only after the last one is the timestamp kept, so that an interrupted pull is
  // simply begun again.
  private async pull(): Promise<void> {
    let page: components["schemas"]["PulledChanges"] | undefined;
    do {
      const query = {
        last_pulled_at: String(this.timestamp ?? ""),
        ...(page?.cursor ? { cursor: page.cursor } : {}),
      };
      const first = page === undefined;
      page = told(await this.session.api.GET("/api/v1/sync/pull/", { params: { query } }));
      if (first && page.experimentalStrategy === "replacement") this.forgetAllButUnsent();
      for (const [table, changes] of Object.entries(page.changes)) {
        for (const row of changes.updated as Row[]) this.rows(table).set(row.id, row);
        for (const id of changes.deleted) this.drop(table, id);
      }
    } while (page.more);
    this.timestamp = page.timestamp;
  }

  // Every row gets a verdict. `refused` rows are safe in quarantine, and stay here to be offered again.
  private async push(): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    const waiting = [...this.unsent.values()];
    for (let begin = 0; begin < waiting.length; begin += MOST_ROWS) {
      verdicts.push(...(await this.send(waiting.slice(begin, begin + MOST_ROWS))));
    }
    for (const { table, id, outcome } of verdicts) {
      if (outcome !== "refused") this.unsent.delete(`${table} ${String(id)}`);
    }
    this.session.unsent = this.unsent.size;
    return verdicts;
  }

  // In halves where it is too much for one push (8 MB): rows may come in any portions.
  private async send(rows: Unsent[]): Promise<Verdict[]> {
    const changes: Record<string, { created: Row[] }> = {};
    for (const { table, row } of rows) (changes[table] ??= { created: [] }).created.push(row);
    const device = { clock_at: new Date().toISOString() };
    const answer = await this.session.api.POST("/api/v1/sync/push/", { body: { changes, device } });
    if (answer.response.status !== 413 || rows.length === 1) return told(answer).results;
    const half = Math.ceil(rows.length / 2);
    return [...(await this.send(rows.slice(0, half))), ...(await this.send(rows.slice(half)))];
  }

  private forgetAllButUnsent(): void {
    this.tables.clear();
    for (const { table, row } of this.unsent.values()) this.rows(table).set(row.id, row);
  }

  private drop(table: string, id: string): void {
    this.rows(table).delete(id);
    this.unsent.delete(`${table} ${id}`); // a desk has discarded it, with a reason
  }
}
