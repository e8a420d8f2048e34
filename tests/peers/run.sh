#!/usr/bin/env bash
# Real clients, unmodified, against the real gateway: what their users see. Needs node and npm; the packages
# come from the registry under the lock file's hashes. Last line: `peers: P passed, F failed, S skipped`.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${KEYTURN:=$root/build/release/keyturn}"
export KEYTURN
# shellcheck source=tests/scripts/lib.sh
source "$root/tests/scripts/lib.sh"

packages=$root/build/peers
mkdir -p "$packages"
cp "$root/tests/peers/package.json" "$root/tests/peers/package-lock.json" "$packages/"
if ! (cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund) >"$packages/npm.log" 2>&1; then
  echo "skipped: peers (npm could not install them: $(tail -n 1 "$packages/npm.log"))"
  echo "peers: 0 passed, 0 failed, 1 skipped"
  exit 0
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/keyturn-peers.XXXXXX")
pid_fleet='' pid_model='' pid_gateway=''
finish() {
  for pid in $pid_gateway $pid_fleet $pid_model; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
make_deployment "$work/deployment"
start_endpoints
start_gateway

# approve_held NAME…: waits for the next held command, then for two steps of the ladder, then approves it.
approve_held() {
  local id
  id=$(wait_for_held)
  sleep 2.5
  for name; do approve "$name" "$id" >/dev/null; done
}

passed=0 failed=0
peer() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "--- $name failed"
  fi
}
openai() {
  cp "$root/tests/peers/openai.mjs" "$packages/openai.mjs"
  approve_held tanaka weiss silva 2>"$work/officials.log" &
  local officials=$!
  BASE_URL=$url/v1 TOKEN=$(<"$home/tokens/alvarez.token") timeout 60 node "$packages/openai.mjs" ||
    return 1
  wait "$officials"
}
peer "openai" openai
echo "peers: $passed passed, $failed failed, 0 skipped"
[[ $failed -eq 0 ]]
