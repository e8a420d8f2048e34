# Holding: what identical requests share, the ladder that waiting callers climb, and what becomes of a command
# when nobody waits for it, its initiator cancels it, or its time runs out.
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

step_ms=400
make_deployment "$work/deployment" 1s
printf 'ladder_ms = 1600\n' >>"$home/keyturn.toml"
sed -i 's/approve within 8h execute within 1h/approve within 3s execute within 1s/' "$KEYTURN_CHARTER"
start_endpoints
start_gateway
strike "$work/shared.json" "grid 31U FQ 123" uav-003
strike "$work/left.json" "grid 31U FQ 124" uav-004
strike "$work/cancelled.json" "grid 31U FQ 125" uav-005
wait_on() { caller "$1" GET "$2" "" --no-follow; }

# A gated request that nobody approves in time.
printf '{"model":"helpful-only-7","messages":[]}' >"$work/late.json"
gated_path=/v1/chat/completions hold alvarez "$work/late.json"
late=$id late_path=$wait_path

# The ladder: 303 step by step, then 409 with the word to send the same request again, which finds the command [W9].
hold planner-7 "$work/left.json"
left=$id
for n in 2 3; do
  answer=$(wait_on planner-7 "$wait_path")
  has "$answer" '^303$' "step $n of the ladder"
  [[ $answer == *"Location: ${wait_path%n=*}n=$n"* ]] || die "step $n of the ladder: $answer"
  wait_path=$(sed -n 's/^Location: //p' <<<"$answer")
done
answer=$(wait_on planner-7 "$wait_path")
has "$answer" '^409$' "the last step of the ladder"
has "$answer" '^x-should-retry: true' "the last step of the ladder"
has "$answer" '"code":"pending"' "the last step of the ladder"
has "$answer" "\"command\":\"$left\"" "the last step of the ladder"
hold planner-7 "$work/left.json"
[[ $id == "$left" ]] || die "the same request again is another command"

# A wait URL is of one principal, and as it was given.
answers 404 'not-found' "another principal at the wait URL" wait_on alvarez "$wait_path"
answers 404 'not-found' "another principal who cancels" caller alvarez DELETE "${wait_path%\?*}"
answers 404 'not-found' "a guessed wait URL" wait_on planner-7 "/keyturn/v1/holds/$left-0123456789abcdef0123456789abcdef?n=1"
answers 400 'as it was given' "a step beyond the ladder" wait_on planner-7 "${wait_path%n=*}n=99"
answers 401 'send a token' "nobody at the wait URL" "$KEYTURN" call GET "$url$wait_path"

# What differs is another command: by its Idempotency-Key, or by who asks [W9].
hold planner-7 "$work/left.json" --header "Idempotency-Key: again"
[[ $id != "$left" ]] || die "another Idempotency-Key finds the same command"
again=$wait_path
hold alvarez "$work/left.json"
[[ $id != "$left" ]] || die "another principal finds the same command"
theirs=$wait_path
answers 204 '' "the agent's cancelling" caller planner-7 DELETE "${again%\?*}"
answers 204 '' "the sponsor's own cancelling" caller alvarez DELETE "${theirs%\?*}"

# Identical requests, one after the other and at once, share one command, one dispatch, one answer.
for n in 1 2 3; do
  caller planner-7 POST /api/v1/tasks "$work/shared.json" >"$work/answer.$n" &
  waiting[n]=$!
done
hold planner-7 "$work/shared.json"
shared=$id
# And one whose caller has gone.
approve_all "$left" brandt haddad rossi
approve_all "$shared" brandt haddad rossi
for n in 1 2 3; do
  wait "${waiting[n]}" || die "caller $n was refused: $(<"$work/answer.$n")"
  cmp -s "$work/answer.1" "$work/answer.$n" || die "caller $n got other bytes: $(<"$work/answer.$n")"
done
has "$(<"$work/answer.1")" '"taskId":"task-00000001"' "the shared answer"
[[ $(caller planner-7 POST /api/v1/tasks "$work/shared.json") == "$(<"$work/answer.1")" ]] ||
  die "a caller who comes late gets other bytes"
[[ $(fleet_requests) == 1 ]] || die "the fleet received $(fleet_requests) requests, not the one that callers wait for"

# Authorized long since, and dispatched once somebody waits for it again.
has "$(official tanaka show "$left")" '  held  ' "the command that nobody waits for"
answers 200 '"taskId":"task-00000002"' "the caller who comes back" caller planner-7 POST /api/v1/tasks "$work/left.json"
[[ $(fleet_requests) == 2 ]] || die "the fleet received $(fleet_requests) requests instead of 2"

# Cancelled before the claim [A6]: the waiting caller is told, and no approval counts any more.
hold planner-7 "$work/cancelled.json"
cancelled=$id
caller planner-7 GET "$wait_path" >"$work/answer" &
waiter=$!
answers 204 '' "the cancelling" caller planner-7 DELETE "${wait_path%\?*}"
wait "$waiter"
answer=$(<"$work/answer")
[[ $answer == 403* ]] || die "the caller of a cancelled command: $answer"
has "$answer" '"code":"cancelled"' "the caller of a cancelled command"
fails 1 'answered 403.*cancel' "an approval of a cancelled command" approve haddad "$cancelled"

# Too late [Q4].
for _ in {1..30}; do
  answer=$(wait_on alvarez "$late_path")
  [[ $answer == 303* ]] || break
done
[[ $answer == 403* ]] || die "the caller of an expired command: $answer"
has "$answer" '"code":"expired"' "the caller of an expired command"
has "$answer" '1 more of .institution:academy' "what the expired command still wanted"
fails 1 'the command expired at' "an approval after the end" approve weiss "$late"
gated_path=/v1/chat/completions hold alvarez "$work/late.json"
[[ $id != "$late" ]] || die "the same request finds the expired command"
[[ $(fleet_requests) == 2 ]] || die "the fleet received $(fleet_requests) requests instead of 2"
stop gateway
has "$("$KEYTURN" journal replay)" '^replayed: .* 2 claims' "the journal afterwards"
