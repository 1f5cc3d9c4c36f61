"""What the API document says before its operations."""

INTRODUCTION = """
Every item is recorded, every item is answered, nothing recorded is ever lost.

**Sign in** with `POST /api/v1/auth/token/`; put `access` (15 minutes) into *Authorize* here, or into the header
`Authorization: Bearer …`. `POST /api/v1/auth/token/refresh/` renews it.

**Phones create with PUT** under ids they make themselves (lower-case hyphenated UUIDs, UUIDv7 preferred). The first
time is 201, the same content again 200, other content under the id 409 `content_differs`. What refers to a row that
is not here yet is 202 with `waiting_for`, and takes effect when that row comes. Absent, `null` and `""` are the same.
Fields this server does not know are stored and listed in `ignored_fields`. What is refused is kept whole, and the
problem's `quarantine` says where; send again only after no answer, 408, 429, 5xx and `key_in_progress`.

**Desks create with POST** and change with PATCH. An `Idempotency-Key` makes a POST repeatable; a PATCH carries the
row's `version` in `If-Match`. A verb on a task may carry it too: then it is 412 `version_stale` where somebody has
acted since. Unknown fields are refused by name.

**Lists** take `limit` (50, at most 500) and `cursor`; follow `next` and `previous` as they stand. `…_after` includes,
`…_before` excludes.

**Times** are RFC 3339 with an offset, answered in `+08:00`; days are `YYYY-MM-DD` and months `YYYY-MM` in
Asia/Shanghai.

**Problems** are `application/problem+json` with a stable `code`; [every code](/docs/problems/) has its words in
Chinese and English, chosen by `Accept-Language` (`zh-Hans`, `en`). Faults of fields are in `errors`, each with a JSON
pointer. 401: sign in; 403: you may not; 404: not there, or not yours to see.
""".strip()
