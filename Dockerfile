FROM python:3.11-slim
# TZ works by these files; the base image has them.
RUN test -e /usr/share/zoneinfo/Europe/Moscow
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY bitrix ./bitrix
COPY worker ./worker
COPY config.yaml ./
RUN useradd --create-home worker && mkdir /data && chown worker /data
USER worker
# The ledger must survive the container. Without --hostname or CAMUNDA_WORKER_ID each container is another worker.
ENV LEDGER_URL=sqlite:////data/worker.db
VOLUME /data
CMD ["python", "-m", "worker", "run"]
