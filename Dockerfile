# share-check, as two small stages: one builds and installs, with hashes checked, the other runs and can write nothing.
# From Debian comes only what makes backups.
# Build: docker build -t share-check .        See docs/tasks/keep-it-running.md
FROM python:3.13-slim-trixie AS install
WORKDIR /build
COPY requirements-build.lock requirements-production.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-build.lock
RUN python -m venv --without-pip /srv/share-check \
    && pip --python /srv/share-check/bin/python install --no-cache-dir --require-hashes -r requirements-production.lock
COPY pyproject.toml README.md LICENSE organisation.example.toml manifest.yml ./
COPY bot bot
COPY flows flows
COPY services services
COPY storage storage
COPY sandbox sandbox
RUN python -m hatchling build -t wheel -d made \
    && pip --python /srv/share-check/bin/python install --no-cache-dir --no-deps made/*.whl

FROM python:3.13-slim-trixie
# PostgreSQL's programs, for backups: in the version of compose.yml's server, which is the one that Debian trixie has.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin share-check \
    && install -d -o share-check -g share-check -m 0700 /var/lib/share-check
COPY --from=install /srv/share-check /srv/share-check
ENV PATH=/srv/share-check/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SHARE_CHECK_HEALTH=127.0.0.1:9090 \
    SHARE_CHECK_LOG=json \
    SHARE_CHECK_ORGANISATION=/etc/share-check/organisation.toml
WORKDIR /var/lib/share-check
USER 10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["share-check", "healthy"]
ENTRYPOINT ["share-check"]
CMD ["serve"]
