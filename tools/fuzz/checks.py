"""What an answer of ours must be beyond what the API document can say."""

import schemathesis
from schemathesis import Case, CheckContext, Response

from fieldapi.codes import CODES

# Faults of form. A request the document allows must not be refused with one of them: then the document lies.
# `blank` is none: it cannot say that a text of blanks is empty.
FORM = frozenset(
    {
        "required", "null", "invalid", "invalid_choice", "not_a_list", "not_a_dict", "max_length",
        "min_length", "max_value", "min_value", "empty", "bad_id", "unknown_field", "unknown_parameter",
    }
)  # fmt: skip

NEEDED = {401: "www-authenticate", 405: "allow", 429: "retry-after", 503: "retry-after"}


@schemathesis.check
def successes_are_named(ctx: CheckContext, response: Response, case: Case) -> None:
    """The document's `default` answer is for refusals: a success it must name by its number."""
    status = response.status_code
    if status < 400:
        named = case.operation.responses.status_codes
        assert str(status) in named, f"{status} is not in the document, which names {', '.join(named)}"


@schemathesis.check
def refusals_are_problems(ctx: CheckContext, response: Response, case: Case) -> None:
    """RFC 9457, with a code of the catalogue and its status, and a pointer for every fault."""
    if response.status_code < 400 or case.method == "HEAD":
        return
    told = response.headers.get("content-type", [""])[0]
    assert told == "application/problem+json", f"{response.status_code} with content type {told!r}"
    problem = response.json()
    code = problem["code"]
    assert code in CODES, f"code {code!r} is not in the catalogue"
    assert response.status_code == problem["status"] == CODES[code].status, (
        f"{response.status_code}: {problem}"
    )
    for fault in problem.get("errors", ()):
        assert fault["pointer"][:1] in ("", "/", "?"), str(fault)
        assert all(fault[name] for name in ("code", "detail")), str(fault)
    header = NEEDED.get(response.status_code)
    assert header is None or header in response.headers, f"{response.status_code} without {header}"


@schemathesis.check
def the_document_says_it_all(ctx: CheckContext, response: Response, case: Case) -> None:
    """What the document allows may be refused for what is so in the world, never for its form."""
    if case.meta is None or case.meta.generation.mode.is_negative or response.status_code != 400:
        return
    problem = response.json()
    told = [fault["code"] for fault in problem.get("errors", ()) if not _cannot_be_said(fault, case)]
    assert FORM.isdisjoint([problem["code"], *told]), f"allowed by the document, but refused: {problem}"


def _cannot_be_said(fault: dict[str, str], case: Case) -> bool:
    """OpenAPI has no words for it: JSON within a text, a field needed beside another or by some roles or verbs only."""
    return (
        fault["pointer"] == "?migration"
        or (fault["pointer"].startswith("?") and fault["code"] == "required")
        or (fault["pointer"] == "/household" and fault["code"] == "required")  # where there is no visitor
        or fault["pointer"].startswith("/args/")
        or (case.path.endswith("/confirm/") and fault["code"] == "unknown_field")
    )
