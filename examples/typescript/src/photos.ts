// A photo goes in two steps: declared with its visit by hash and length, then its bytes.
import { createHash } from "node:crypto";
import type { components } from "./api.js";
import { Session, told } from "./session.js";

export type Declared = components["schemas"]["PhotoOfVisitRequest"];
export type PhotoShown = components["schemas"]["PhotoShown"];

export function declare(id: string, picture: Uint8Array, takenAt: Date): Declared {
  const sha256 = createHash("sha256").update(picture).digest("hex");
  return { id, sha256, bytes: picture.length, taken_at: takenAt.toISOString() };
}

// `stored` in the answer: the phone may delete its copy. Over a line that breaks use tus at /api/v1/uploads/ instead.
export async function sendBytes(session: Session, id: string, picture: Uint8Array, type: string): Promise<PhotoShown> {
  return told(
    await session.api.PUT("/api/v1/photos/{id}/content/", {
      params: { path: { id } },
      headers: { "Content-Type": type },
      body: picture as never, // the document calls the bytes a string
      bodySerializer: () => picture,
    }),
  );
}
