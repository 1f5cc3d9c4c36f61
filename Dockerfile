# One image for web, worker and commands; docker-compose.yml shows how they fit together.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    FIELDAPI_MODE=production \
    FIELDAPI_DATA_DIR=/var/lib/fieldapi \
    PORT=8000

WORKDIR /app

# Packages first: they change less often than the code.
COPY requirements.lock .
RUN pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock

COPY . .
RUN python -m compileall -q . \
 && useradd --system --uid 10001 --home-dir /var/lib/fieldapi --create-home fieldapi

USER 10001
EXPOSE 8000
HEALTHCHECK --start-period=20s --interval=10s --timeout=5s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "-c", "fieldapi/gunicorn.py", "--bind", "0.0.0.0:8000", "fieldapi.wsgi:application"]
