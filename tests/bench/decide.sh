#!/usr/bin/env bash
# Decisions under 10,000 officials and 100,000 systems, beside one Ed25519 verification.
set -euo pipefail
ninja -C "$KEYTURN_BUILD" keyturn_bench_decide >&2
exec "$KEYTURN_BUILD/tests/keyturn_bench_decide" "$@"
