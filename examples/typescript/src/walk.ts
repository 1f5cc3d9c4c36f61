// A day with the API: `node built/walk.js SERVER CADRE LEADER PICTURE`, the password in FIELDAPI_DEMO_PASSWORD.
// Prints what it came to as JSON.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { declare, sendBytes } from "./photos.js";
import { Phone } from "./phone.js";
import { Session, told } from "./session.js";

const [server = "http://127.0.0.1:8000", cadre = "cadre1", leader = "leader", file = "photo.jpg"] = process.argv.slice(2);
const password = process.env["FIELDAPI_DEMO_PASSWORD"] ?? "";
const HALF_AN_HOUR = 30 * 60_000;

// In the morning, with a network: sign in, and pull what the phone is to hold.
const session = await Session.signIn(server, cadre, password, {
  id: "example-phone",
  name: "example",
  platform: "node",
  app_version: "1.0.0",
});
const phone = new Phone(session);
await phone.sync();
const house = [...phone.rows("households").values()].find((row) => row["served"]);
if (!house) throw new Error(`${cadre} serves no household`);

// One visit by PUT, whole: with an opinion and a photo. The phone makes the ids, so it may send again.
const picture = await readFile(file);
const photo = declare(randomUUID(), picture, new Date());
const began = new Date(Date.now() - HALF_AN_HOUR);
const visit = told(
  await session.api.PUT("/api/v1/visits/{id}/", {
    params: { path: { id: randomUUID() } },
    body: {
      household: house.id,
      kind: "home",
      started_at: began.toISOString(),
      ended_at: new Date().toISOString(),
      people_met: 2,
      opinions: [{ id: randomUUID(), text: "村口路灯坏了三个月", kind: "request" }],
      photos: [photo],
      device: { clock_at: new Date().toISOString() },
    },
  }),
);
const sent = await sendBytes(session, photo.id, picture, "image/jpeg");

// Offline, row by row as a phone's database has them; they go up with the next sync.
const offline = { id: randomUUID(), household: house.id, kind: "phone", started_at: Date.now() - HALF_AN_HOUR };
phone.create("visits", offline);
phone.create("opinions", { id: randomUUID(), visit: offline.id, text: "自来水时断时续", kind: "complaint" });
const verdicts = await phone.sync();
await session.renew();
await phone.sync();

// What the phone and the summary say is the same.
const me = told(await session.api.GET("/api/v1/me/"));
const desk = await Session.signIn(server, leader, password, {});
const summary = told(await desk.api.GET("/api/v1/summaries/monthly/", { params: { query: { include: "by_cadre" } } }));

console.log(
  JSON.stringify({
    visit: { id: visit.id, post: visit.post, flags: visit.flags.map((flag) => flag.code) },
    photo: sent.state,
    offline: offline.id,
    verdicts: verdicts.map(({ table, outcome }) => `${table} ${outcome}`),
    unsent: phone.unsent.size,
    held: phone.rows("visits").size,
    own: me.sync.visits[0]?.total,
    total: summary.visits.total,
  }),
);
