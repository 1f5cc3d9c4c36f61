"""A WSGI application that says how much of the body came, or that it was cut off, or has no use for it."""

BLOCK = 64 * 1024


def application(environ, start_response):
    if environ["PATH_INFO"] == "/endless":
        start_response("200 OK", [])
        return (bytes(BLOCK) for _ in range(10_000))
    if environ["PATH_INFO"] == "/at-once":
        start_response("401 Unauthorized", [("Content-Length", "0")])
        return []
    try:
        size = sum(len(block) for block in iter(lambda: environ["wsgi.input"].read(BLOCK), b""))
    except OSError:
        start_response("408 Request Timeout", [("Content-Length", "0")])
        return []
    answer = str(size).encode()
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
