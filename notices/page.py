"""docs/notices.md, written from the table of kinds."""

from notices.delivery import MOST_TRIES, PAUSES
from notices.kinds import KINDS

HEAD = """# Notices: who is told of what, and how it reaches them

This page is written by `python manage.py write_docs` from `notices/kinds.py` and `notices/page.py`; change it there.

A notice is a row for one person and one thing. It is written in the transaction of the act that it tells of, so it
stands if and only if the act does; reminders and what the calendar brings are written by `run_due`. Of the same thing
on the same occasion a person is told once, however often and in how many places it is looked for. Whoever acts is not
told of the own act.

`GET /notices/` lists one's own, newest first (`?unread=yes`, `?kind=`); `POST /notices/{id}/read/` marks one as read,
`POST /notices/read/` up to 500 together. A phone has them in the table `notices` of its pull. They are kept for 90
days.

**On post.** Where a household's cadre is told, it is whoever acts for it that day: post A, or B while A is away (A
where both are); who has left acts for nobody. The same holds for a handler who serves a household that raised the task.
Where nobody is on post, the supervisors are told. *The supervisors* (and leaders) of a unit are those of the lowest
unit, from its own upwards, that has any. *Everybody of the office* are its active cadres and supervisors; those who are
away that day only if all are.

"""
TAIL = """
## How they go out

`FIELDAPI_NOTICE_CHANNELS` names the ways besides the list in the app; none by default. Messages are about what nobody
has read yet.

- **digest**: once a day at `FIELDAPI_DIGEST_AT`, or as soon after as the scheduler runs, everything of those kinds that
  waits, in one message.
- **at once**: within a minute or two; what follows within the hour comes together in the next message. So a person has
  one digest a day and at most one other message an hour, however much happens.
- **Quiet hours** (`FIELDAPI_QUIET_HOURS`, Asia/Shanghai): nothing goes out, by no channel; it waits for the morning.

The worker sends at least once: a delivery is taken by a conditional update, so that two workers never send the same
one at a time, and one whose worker was killed is due again two minutes later under the same id. A failed one is tried
again after {pauses}; after {tries} tries, or where
trying again cannot help (no number, a number that is none, a person who has left), it is given up: state `failed`, a
line `notices.give_up` in the journal and in the log, `fieldapi_deliveries_failed` in `/metrics`. The notice itself
stays in the person's list.

Admins see every delivery to the people of their subtree, but not what it says: `GET /deliveries/?state=failed`, with
`channel`, `person`, `made_after` and `made_before`; `problem` is what went wrong the last time. Once the cause is
mended, `POST /deliveries/{{id}}/restart/` has one that was given up tried again within a minute or two (not in quiet
hours), under the same id and as often as a new one; of any other it is 409 `wrong_state`. Both are kept for 90 days.

- `log`: a line in the server's log with the user's id and how many of what. No names, no titles.
- `webhook`: a POST of JSON to `FIELDAPI_WEBHOOK_URL`: whom (id, user name, unit), and each notice with its title.
  `X-Fieldapi-Signature: sha256=…` is the HMAC-SHA256, under `FIELDAPI_WEBHOOK_SECRET`, of `X-Fieldapi-Timestamp`, a
  full stop and the body; by `X-Fieldapi-Delivery` a repeated one is known. Any 2xx is taken for received.
- `sms`: a text message by `FIELDAPI_SMS_PROVIDER`: the approved template with `count` (how many) and `summary`
  (`红牌2、新任务1`, at most 35 characters). It names no household, and nobody's number stands in any log.

`aliyun` calls `SendSms` of Dysmsapi (2017-05-25), signed by ACS3-HMAC-SHA256. Its limits are waited for: an hour after
`isv.BUSINESS_LIMIT_CONTROL`, half a day or a day after the account's own; a fault of the account (no money, an
unapproved signature) is tried again like any other and then given up. It does not recognise a repeated message, so
after a lost answer a text message may come twice.

Addresses come from the environment alone, never from what somebody types into the product; no redirect is followed,
no proxy asked, and an answer has 30 seconds in all. In production they begin with `https://`, but for this machine's
own.
"""


def notices() -> str:
    """The page."""
    lines = ["| kind | 中文 | who is told | when | goes out |\n", "| --- | --- | --- | --- | --- |\n"]
    lines += [
        f"| `{name}` | {kind.zh} | {kind.whom} | {kind.when} | {'at once' if kind.at_once else 'digest'} |\n"
        for name, kind in KINDS.items()
    ]
    minutes = [int(pause.total_seconds() / 60) for pause in PAUSES]
    said = [f"{number} min" if number < 60 else f"{number // 60} h" for number in minutes]
    return HEAD + "".join(lines) + TAIL.format(pauses=", ".join(said), tries=MOST_TRIES)
