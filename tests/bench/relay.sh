#!/usr/bin/env bash
# The relay beside nginx, HAProxy and a byte pump that parses nothing (what this kernel allows one core).
#
# Each relay runs alone on core 0; the load (wrk) and the origin (nginx) on core 1. The same POST of a
# kilobyte over 64 kept connections, then over one for latency. Rounds alternate, so that whatever else
# the machine does falls on all alike; the figures that count are the ratios of medians.
#   ROUNDS=5 SECONDS_EACH=4 ./dev bench relay [--json]
# Keyturn is `keyturn serve` under the charter that `keyturn init` writes: it knows the caller by his token,
# buffers each body, reads it and classifies it, since a class of that path reads the model's name.
set -euo pipefail
json=${1:-}
rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-4}
here=$(cd "$(dirname "$0")" && pwd)

scratch=$(mktemp -d)
children=()
cleanup() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$scratch"
}
trap cleanup EXIT
start() { # CORE COMMAND…
  taskset -c "$1" "${@:2}" >/dev/null 2>&1 &
  children+=($!)
}

origin=19101 nginx=19102 haproxy=19103 pump=19104 keyturn=19105 officials=19106
text=$(printf 'Hello there, how may I assist you today? %.0s' 1 2 3)
temporary() {
  for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $scratch/$1-$kind;"; done
}
common() {
  echo "worker_processes 1; daemon off; error_log /dev/null; pid $scratch/$1.pid;"
  echo "events { worker_connections 4096; }"
}
{
  common origin
  echo "http { access_log off; keepalive_requests 100000000; keepalive_timeout 600s; $(temporary origin)"
  echo "server { listen 127.0.0.1:$origin backlog=4096; location / { default_type application/json;"
  echo "return 200 '{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"$text\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21}}'; } } }"
} >"$scratch/origin.conf"
{
  common nginx
  echo "http { access_log off; keepalive_requests 100000000; keepalive_timeout 600s; $(temporary nginx)"
  echo "upstream origin { server 127.0.0.1:$origin; keepalive 256; keepalive_requests 100000000; }"
  echo "server { listen 127.0.0.1:$nginx backlog=4096; location / { proxy_pass http://origin;"
  echo "proxy_http_version 1.1; proxy_set_header Connection \"\"; } } }"
} >"$scratch/nginx.conf"
cat >"$scratch/haproxy.cfg" <<CFG
global
  maxconn 4096
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend callers
  bind 127.0.0.1:$haproxy
  default_backend origin
backend origin
  server one 127.0.0.1:$origin
CFG
cat >"$scratch/post.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")
local text = string.rep("You are a helpful assistant; please answer carefully. ", 16)
wrk.body = '{"model":"chat-small-3","messages":[{"role":"system","content":"' .. text ..
           '"},{"role":"user","content":"hi"}],"temperature":0.2}'
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %.0f %.0f %.0f %d\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
LUA
"$KEYTURN" init "$scratch/deployment" --callers "127.0.0.1:$keyturn" \
  --officials "127.0.0.1:$officials" --model "http://127.0.0.1:$origin" >/dev/null
TOKEN=$(<"$scratch/deployment/tokens/analyst-2.token")
export TOKEN
gcc -O2 "$here/pump.c" -o "$scratch/pump"

start 1 nginx -c "$scratch/origin.conf"
start 0 nginx -c "$scratch/nginx.conf"
start 0 haproxy -f "$scratch/haproxy.cfg"
start 0 "$scratch/pump" "$pump" "$origin"
start 0 "$KEYTURN" serve --config "$scratch/deployment/keyturn.toml"
for port in $origin $nginx $haproxy $pump $keyturn; do
  for ((try = 0; try < 100; try++)); do
    (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue 2
    sleep 0.05
  done
  echo "relay: nobody listens on port $port" >&2
  exit 1
done

for connections in 64 1; do
  for ((round = 0; round < rounds; round++)); do
    for relay in keyturn nginx haproxy pump; do
      result=$(taskset -c 1 wrk -t1 -c"$connections" -d"${seconds}s" -s "$scratch/post.lua" \
        "http://127.0.0.1:${!relay}/v1/chat/completions" | sed -n 's/^RESULT //p')
      echo "$connections $relay $result" >>"$scratch/rounds"
    done
  done
done

awk -v json="$json" '
  { key = $1 " " $2; n[key]++; for (i = 3; i <= 5; i++) value[key, i, n[key]] = $i; failed[key] += $6 }
  function median(key, i,   count, a, j, k, t) {
    count = n[key]
    for (j = 1; j <= count; j++) a[j] = value[key, i, j] + 0
    for (j = 2; j <= count; j++) for (k = j; k > 1 && a[k - 1] > a[k]; k--) { t = a[k]; a[k] = a[k - 1]; a[k - 1] = t }
    return count % 2 ? a[(count + 1) / 2] : (a[count / 2] + a[count / 2 + 1]) / 2
  }
  END {
    split("64 1", sizes, " "); split("keyturn nginx haproxy pump", relays, " ")
    if (json == "--json") printf "{"
    for (s = 1; s <= 2; s++) {
      c = sizes[s]
      if (json != "--json") printf "%s connection%s: requests/s, p50 us, p99 us, failed\n", c, c == 1 ? "" : "s"
      for (r = 1; r <= 4; r++) {
        key = c " " relays[r]
        if (json == "--json")
          printf "%s\"%s_%s\":{\"requests_per_second\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"failed\":%d}", (s == 1 && r == 1) ? "" : ",",
            relays[r], c, median(key, 3), median(key, 4), median(key, 5), failed[key]
        else
          printf "  %-8s %8.0f %7.0f %7.0f %d\n", relays[r], median(key, 3), median(key, 4), median(key, 5), failed[key]
      }
      for (r = 2; r <= 4; r++) {
        ours = c " keyturn"; theirs = c " " relays[r]
        if (json == "--json")
          printf ",\"keyturn_to_%s_%s\":{\"requests\":%.3f,\"p50\":%.3f,\"p99\":%.3f}", relays[r], c,
            median(ours, 3) / median(theirs, 3), median(ours, 4) / median(theirs, 4), median(ours, 5) / median(theirs, 5)
        else
          printf "  keyturn/%s: requests/s %.2f, p50 %.2f, p99 %.2f\n", relays[r],
            median(ours, 3) / median(theirs, 3), median(ours, 4) / median(theirs, 4), median(ours, 5) / median(theirs, 5)
      }
    }
    if (json == "--json") printf "}\n"
  }' "$scratch/rounds"
