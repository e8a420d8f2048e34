# A gateway that is asked to stop sends on at once whoever waits, lets running answers finish, and loses no held
# command: the callers' next hops find it in the next process.
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

step_ms=50000 # nobody reaches a step's end by waiting
make_deployment "$work/deployment" 1s
start_endpoints
start_gateway
strike "$work/held.json" "grid 31U FQ 123" uav-003
strike "$work/slow.json" "grid 31U FQ 124" uav-004
printf '{"model":"helpful-only-7","messages":[],"stream":true}' >"$work/streamed.json"

# One on the ladder, one in a stream, one who comes back by himself.
caller planner-7 POST /api/v1/tasks "$work/held.json" >"$work/answer" 2>&1 &
follower=$!
command=$(wait_for_held) || exit 1
caller alvarez POST /v1/chat/completions "$work/streamed.json" >"$work/stream" 2>&1 &
streaming=$!
streamed=$(wait_for_held "$command") || exit 1
answer=$(caller planner-7 POST /api/v1/tasks "$work/slow.json" --no-follow --header "Prefer: respond-async")
has "$answer" '^202$' "the request that prefers not to wait"
has "$answer" '^Preference-Applied: respond-async' "the request that prefers not to wait"
has "$answer" '"state":"held"' "the request that prefers not to wait"
slow=$(sed -n 's/^Keyturn-Command: //p' <<<"$answer") slow_path=$(sed -n 's/^Location: //p' <<<"$answer")

kill -TERM "$pid_gateway"
wait "$pid_gateway" || die "the gateway ends with $?: $(<"$home/gateway.log")"
wait "$streaming" || die "the stream has no whole answer: $(<"$work/stream")"
has "$(<"$work/stream")" '^200$' "the stream when the gateway stops"
has "$(<"$work/stream")" '^data: .*"code":"pending"' "the stream when the gateway stops"
has "$(<"$work/stream")" "\"command\":\"$streamed\"" "the stream when the gateway stops"
kill -0 "$follower" || die "the caller on the ladder gave up: $(<"$work/answer")"

start_gateway
approve_all "$command" haddad brandt rossi
wait "$follower" || die "the caller on the ladder: $(<"$work/answer")"
has "$(<"$work/answer")" '^200$' "the answer after the restart"
has "$(<"$work/answer")" '"taskId":"task-00000001"' "the answer after the restart"
[[ $(fleet_requests) == 1 ]] || die "the fleet received $(fleet_requests) requests instead of 1"

# Nobody waits for the third: it is sent when somebody comes.
approve_all "$slow" haddad brandt rossi
sleep 2 # the charter's delay is a second
answers 202 '"state":"authorized"' "the third, after its quorum" \
  caller planner-7 GET "${slow_path%\?*}?wait=0" ""
[[ $(fleet_requests) == 1 ]] || die "it was sent though nobody waits"

# Asked to stop while the endpoint is at work: its answer is waited for.
kill -STOP "$pid_fleet"
caller planner-7 GET "$slow_path" "" >"$work/answer" 2>&1 &
follower=$!
for _ in {1..100}; do
  text=$(official tanaka show "$slow")
  grep -q "^$slow  claimed  " <<<"$text" && break
  sleep 0.1
done
has "$text" "^$slow  claimed  " "the command under way"
kill -TERM "$pid_gateway"
for _ in {1..100}; do
  grep -q 'asked to stop' "$home/gateway.log" && [[ $(grep -c 'asked to stop' "$home/gateway.log") == 2 ]] && break
  sleep 0.1
done
kill -CONT "$pid_fleet"
wait "$follower" || die "the answer that was under way: $(<"$work/answer")"
has "$(<"$work/answer")" '"taskId":"task-00000002"' "the answer that was under way"
wait "$pid_gateway" || die "the gateway ends with $?"
[[ $(fleet_requests) == 2 ]] || die "the fleet received $(fleet_requests) requests instead of 2"
has "$("$KEYTURN" journal replay)" '^replayed: .* 2 claims' "the journal afterwards"
