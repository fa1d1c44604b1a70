# One image for both: the sandbox and the gateway run it with different commands, as
# different services, on different networks. See compose.yaml.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv /app && /app/bin/pip install --no-cache-dir --require-hashes -r requirements.lock -c requirements.lock
COPY sandbox sandbox
COPY gateway gateway
COPY seed_data seed_data
RUN /app/bin/pip install --no-cache-dir hatchling editables \
    && /app/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /app/bin/pip uninstall -y hatchling editables

FROM python:3.13-slim
LABEL org.opencontainers.image.title="jira-airlock"
RUN useradd --uid 1000 --create-home airlock \
    && install -d -o airlock -g airlock /data /run/airlock
COPY --from=build /app /app
ENV PATH="/app/bin:$PATH" PYTHONUNBUFFERED=1
USER airlock
WORKDIR /data
VOLUME /data
ENTRYPOINT ["airlock"]
CMD ["--help"]
