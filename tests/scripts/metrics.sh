# The metrics of a gateway that runs: on the officials' listener, or on one of their own; what passed and what is held,
# and no secret and nobody's name.
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin
step_ms=400
make_deployment "$work/deployment" 1s
start_endpoints
start_gateway

metrics() { "$KEYTURN" call GET "${1:-$KEYTURN_OFFICIALS_URL}/metrics"; }
sample() { sed -n "s/^$1 //p" <<<"$2"; }

for _ in 1 2 3; do caller alvarez GET /api/v1/entities >/dev/null || die "a pass"; done
answers 401 '.' "no token" "$KEYTURN" call GET "$url/api/v1/entities"
strike "$work/strike.json" "grid 31U FQ 123" uav-003
hold planner-7 "$work/strike.json"
said=$(metrics)
[[ ${said%%$'\n'*} == 200 ]] || die "/metrics: $said"
[[ $(sample 'keyturn_requests_total{endpoint="fleet",decision="pass"}' "$said") -ge 3 ]] || die "passes: $said"
[[ $(sample 'keyturn_requests_total{endpoint="fleet",decision="gated"}' "$said") == 1 ]] || die "gated: $said"
[[ $(sample 'keyturn_requests_total{endpoint="",decision="unauthenticated"}' "$said") == 1 ]] || die "unknown: $said"
[[ $(sample 'keyturn_holds{state="awaiting-quorum"}' "$said") == 1 ]] || die "holds: $said"
[[ $(sample 'keyturn_ready' "$said") == 1 ]] || die "ready: $said"
[[ $(sample 'keyturn_connections{listener="officials"}' "$said") -ge 1 ]] || die "connections: $said"
has "$said" "^keyturn_build_info\{version=\"$("$KEYTURN" --version | cut -d ' ' -f 2)\"\} 1\$" "the version"
awk '/^keyturn_request_processing_seconds_bucket\{le="0.25"\}/ { below = $2 } /^keyturn_request_processing_seconds_count/ { all = $2 }
  END { exit !(all >= 5 && below > 0) }' <<<"$said" || die "processing: $said"
for name in alvarez planner-7 haddad "$id"; do
  ! grep -qF "$name" <<<"$said" || die "$name stands in the metrics"
done
for token in "$home"/tokens/*.token; do ! grep -qF "$(<"$token")" <<<"$said" || die "a token is in the metrics"; done
stop gateway

# A listener of their own: then they are there alone.
own=$(free_ports) || exit 1
printf '\n[metrics]\nlisten = "127.0.0.1:%s"\n' "$own" >>"$home/keyturn.toml"
start_gateway
[[ $(metrics "http://127.0.0.1:$own") == 200* ]] || die "the listener of the metrics' own"
answers 404 'no such resource' "the officials' listener" metrics
answers 404 'only /metrics' "another path there" "$KEYTURN" call GET "http://127.0.0.1:$own/v1/commands"
stop gateway
sed -i 's/^\[metrics\]/[metrics]\nenabled = true/' "$home/keyturn.toml"
refuses_start '`metrics.enabled` is not a setting' "an unknown setting"
