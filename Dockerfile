# The worker as an image: docker build -t camunda-bitrix-worker .   How to run it: compose.yaml, deploy/README.md.
# Образ воркера; как его запускать: compose.yaml, deploy/README.ru.md.

FROM python:3.11-slim AS build
WORKDIR /build
COPY setup.py setup.cfg pyproject.toml README.md LICENSE ./
COPY bitrix ./bitrix
COPY docs ./docs
COPY worker ./worker
# With the setuptools of the base image: without build isolation nothing is downloaded here.
RUN pip wheel --no-deps --no-build-isolation --no-cache-dir --wheel-dir /wheels .

FROM python:3.11-slim
ARG VERSION=unknown
ARG REVISION=unknown
# Of program and libraries; THIRD-PARTY.md says which has which.
LABEL org.opencontainers.image.title="camunda-bitrix-worker" \
      org.opencontainers.image.description="Creates Bitrix24 tasks for Camunda 7 external tasks, each exactly once" \
      org.opencontainers.image.licenses="MIT AND Apache-2.0 AND BSD-2-Clause AND BSD-3-Clause AND LGPL-3.0-only AND MPL-2.0 AND PSF-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
# TZ works by these files; the base image has them.
RUN test -e /usr/share/zoneinfo/Europe/Moscow
# Libraries by hash; then our own wheel, for which there is nothing left to download.
COPY requirements.lock /tmp/
RUN pip install --no-cache-dir --require-hashes --no-deps -r /tmp/requirements.lock
COPY --from=build /wheels /tmp/wheels
RUN pip install --no-cache-dir --no-deps --no-index /tmp/wheels/*.whl && pip check
# The numbers are fixed, and those of earlier images: volumes stay writable. Nothing but /data has to be.
RUN groupadd --gid 1000 worker \
 && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /data --shell /usr/sbin/nologin worker \
 && mkdir /data && chown 1000:1000 /data && chmod 700 /data
# ./config.yaml is read: mount your own over it.
WORKDIR /app
COPY config.yaml THIRD-PARTY.md ./
USER 1000:1000
# The ledger must survive the container. Without --hostname or CAMUNDA_WORKER_ID each container is another worker.
ENV LEDGER_URL=sqlite:////data/worker.db
VOLUME /data
EXPOSE 8090
# Asks /healthz inside the container. Docker only shows "unhealthy"; Swarm and Kubernetes restart.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["camunda-bitrix-worker", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["camunda-bitrix-worker"]
CMD ["run"]
