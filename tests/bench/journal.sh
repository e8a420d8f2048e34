#!/usr/bin/env bash
# Appends to the journal (SQLite with full syncs, tree, signature, high-water mark) beside bare SQLite
# transactions of the same rows with the same syncs, by batch size, in the same run.
set -euo pipefail
ninja -C "$KEYTURN_BUILD" keyturn_bench_journal >&2
exec "$KEYTURN_BUILD/tests/keyturn_bench_journal" "$@"
