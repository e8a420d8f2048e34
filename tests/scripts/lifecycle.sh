# The life of a running gateway: what it gives up at its start, what a reload changes and what it refuses, what its
# log says, and what it tells a service manager.
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

step_ms=400
make_deployment "$work/deployment" 1s
mkdir "$home/log"
printf 'first-credential-3e9a\n' >"$home/model.credential"
chmod 600 "$home/model.credential"
toml=$home/keyturn.toml log=$home/log/keyturn.log
cat >>"$toml" <<TOML
[endpoints.models]
credential_file = "model.credential"
prefix = "Bearer "
[log]
file = "log/keyturn.log"
format = "json"
TOML
cp "$toml" "$work/good.toml"
printf '{"model":"chat-small-3","messages":[]}' >"$work/chat.json"
strike "$work/strike.json" "grid 31U FQ 123" uav-003

start_endpoints
start_gateway

# What it gave up.
status=$(<"/proc/$pid_gateway/status")
has "$status" '^NoNewPrivs:.1$' "no new privileges"
has "$(<"/proc/$pid_gateway/limits")" '^Max core file size +0 +0 ' "no core dumps"
has "$(<"$log")" '"event":"hardened","message":"no new privileges, no core dumps","landlock":[0-9]+' "the log of it"
for task in "/proc/$pid_gateway/task"/*/status; do
  has "$(<"$task")" '^NoNewPrivs:.1$' "no new privileges, in every thread"
done

# event NAME: how many lines of the log are of this event.
event() { grep -c "\"event\":\"$1\"" "$log"; }
# wait_event NAME COUNT
wait_event() {
  local count
  for _ in {1..200}; do
    count=$(event "$1")
    [[ $count -ge $2 ]] && return
    sleep 0.1
  done
  die "the log has $count \`$1\`, not $2: $(tail -n 5 "$log")"
}
reload() { kill -HUP "$pid_gateway"; }
ready() { "$KEYTURN" call GET "$KEYTURN_OFFICIALS_URL/readyz"; }
chat() { caller analyst-2 POST /v1/chat/completions "$work/chat.json"; }

wait_event started 1
answers 200 . "a pass" chat

# A reload that is good: another credential from the next request on, another step of the ladder, an access log, and
# the log opened anew after it was renamed.
printf 'second-credential-5b1d\n' >"$home/new.credential"
chmod 600 "$home/new.credential"
mv "$home/new.credential" "$home/model.credential"
mv "$log" "$log.1"
sed -i 's/^format = "json"/format = "json"\naccess = true/' "$toml"
reload
wait_for "the new log" test -e "$log"
wait_event reloaded 1
[[ $(event access) == 0 ]] || die "lines of the access log before there was one"
answers 200 . "a pass after the reload" chat
wait_event access 1
has "$(grep '"event":"access"' "$log")" '"endpoint":"models","method":"POST","path":"/v1/chat/completions","status":200,"end":"complete",.*"duration_us":[0-9]+' "the access log"
caller planner-7 GET /nowhere/at-all >/dev/null
has "$(grep '"end":"refused"' "$log")" '"path":"/nowhere/at-all","status":403' "a refusal in the access log"
grep -q config_stale <<<"$(ready)" && die "config_stale after a good reload"

# Bad ones: each is an alarm, visible in /readyz, and changes nothing.
bad=0
refused_reload() { # PATTERN WHAT, keyturn.toml from standard input
  cat >"$toml"
  reload
  wait_event reload-refused $((++bad))
  has "$(grep '"event":"reload-refused"' "$log" | tail -n 1)" "\"level\":\"critical\".*$1" "$2"
  answers 200 'config_stale: ' "/readyz after $2" ready
  answers 200 . "a pass after $2" chat
}
refused_reload 'keyturn.toml:' "a file that is no TOML" <<<'step = '
sed 's/^step_ms = .*/step_ms = 10/' "$work/good.toml" | refused_reload 'holding.step_ms' "a value beyond its bounds"
sed 's/^charter = .*/charter = "other.charter"/; s/^data = .*/data = "elsewhere"/' "$work/good.toml" |
  refused_reload '`charter`, `data`.*restart' "what cannot change"
sed "s/^listen = \"127.0.0.1:$callers\"/listen = \"127.0.0.1:$((callers + 3))\"/" "$work/good.toml" |
  refused_reload '`callers.listen`' "another address"
sed 's/^credential_file = .*/credential_file = "no-such.credential"/' "$work/good.toml" |
  refused_reload 'no-such.credential' "a credential that is not there"
sed 's/^\[log\]/[log]\nlevel = "loud"/' "$work/good.toml" | refused_reload 'log.level' "a level that is none"

# The good one again; from here on only alarms and warnings are logged.
sed 's/^format = "json"/format = "json"\nlevel = "warn"/; s/^step_ms = .*/step_ms = 100/' "$work/good.toml" >"$toml"
before=$(event access)
reload
for _ in {1..200}; do
  grep -q config_stale <<<"$(ready)" || break
  sleep 0.1
done
grep -q config_stale <<<"$(ready)" && die "config_stale after the good file is back"
chat >/dev/null
[[ $(event access) == "$before" ]] || die "the access log goes on after it was switched off"
cp "$work/good.toml" "$toml"
reload
wait_event reloaded 2

# A command's life is in the log by its id, and no secret is anywhere in it [T35].
hold planner-7 "$work/strike.json"
approve_all "$id" brandt haddad rossi
answers 200 . "the command" caller planner-7 POST /api/v1/tasks "$work/strike.json"
for what in proposed approved claimed outcome; do
  wait_event "command-$what" 1
  has "$(grep "\"event\":\"command-$what\"" "$log")" "\"command\":\"$id\"" "command-$what"
done
has "$(grep '"event":"command-outcome"' "$log")" '"outcome":"answered","status":200' "the outcome"
cat "$log" "$log.1" "$home/gateway.log" >"$work/said"
for secret in first-credential-3e9a second-credential-5b1d "$(<"$home/passphrase")" "$(<"$home/tokens/planner-7.token")" \
  "$(<"$home/tokens/analyst-2.token")" 'grid 31U'; do
  ! grep -qF -- "$secret" "$work/said" || die "a secret is in the log"
done
# Every line is one JSON object of printable ASCII.
! grep -qvE '^\{"time":"[0-9TZ:.-]+","level":"(info|warning|critical)","event":"[a-z-]+"[ -~]*\}$' "$log" "$log.1" ||
  die "a line of the log is not as it should be"
stop gateway
has "$(tail -n 1 "$log")" '"event":"stopping"' "the end"

# An endpoint that keeps failing is left alone: 503 at once with Retry-After, and no request but the first few.
stop fleet
cat "$work/good.toml" - >"$toml" <<TOML
[endpoints.fleet]
health = "GET /simulated/requests"
health_interval_ms = 1500
TOML
: >"$log"
start_gateway
wait_event endpoint-down 1
for _ in {1..200}; do
  grep -q '"endpoint":"fleet","by":"probe"' "$log" && break
  sleep 0.1
done
{
  printf 'GET /api/v1/entities HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n'
  printf 'Authorization: Bearer %s\r\n\r\n' "$(<"$home/tokens/planner-7.token")"
} >"$work/pass.raw"
answer=$(raw "$work/pass.raw")
has "$answer" '^HTTP/1.1 503 ' "a pass to an endpoint that a probe found down"
has "$answer" '^Retry-After: 1' "a pass to an endpoint that a probe found down"
start fleet "$KEYTURN" fleet --charter "$KEYTURN_CHARTER" --listen "127.0.0.1:$fleet"
wait_event endpoint-up 1
passes_again() { [[ $(caller planner-7 GET /api/v1/entities | head -n 1) == 200 ]]; }
wait_for "a pass to an endpoint that is up again" passes_again
stop gateway

# What a service manager is told; bash cannot bind a datagram socket, so this needs one of the tools that can.
listener=
command -v python3 >/dev/null && listener=python3
if [[ -n $listener ]]; then
  cat >"$work/manager.py" <<'PY'
import socket, sys
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
while True:
    print(manager.recv(4096).decode().replace("\n", " "), flush=True)
PY
  start manager python3 "$work/manager.py" "$work/notify"
  wait_for "the manager's socket" test -S "$work/notify"
  NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=400000 start gateway "$KEYTURN" serve --config "$toml"
  told=$home/manager.log
  wait_for "READY=1" grep -q '^READY=1 ' "$told"
  wait_for "two answers to the watchdog" bash -c "[[ \$(grep -c '^WATCHDOG=1' '$told') -ge 2 ]]"
  reload
  wait_for "RELOADING=1" grep -q '^RELOADING=1 MONOTONIC_USEC=[0-9]* *$' "$told"
  wait_for "READY=1 again" bash -c "[[ \$(grep -c '^READY=1 ' '$told') -ge 2 ]]"
  stop gateway
  wait_for "STOPPING=1" grep -q '^STOPPING=1 ' "$told"
else
  echo "without python3 the service manager's side is left out"
fi
