FROM python:3.11-slim
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY bitrix ./bitrix
COPY worker ./worker
COPY config.yaml ./
RUN useradd --create-home worker && mkdir /data && chown worker /data
USER worker
CMD ["python", "-m", "worker", "run"]
