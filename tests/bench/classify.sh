#!/usr/bin/env bash
# Extraction and classification of chat requests beside simdjson's bare parse, in ns a request.
set -euo pipefail
ninja -C "$KEYTURN_BUILD" keyturn_bench_classify >&2
exec "$KEYTURN_BUILD/tests/keyturn_bench_classify"
