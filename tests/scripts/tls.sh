# TLS with the real binary: both listeners, an https endpoint behind the gateway, client certificates as credentials,
# reload of certificates, and what does not hold refused before anything is sent.
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin
command -v openssl >/dev/null || {
  echo "openssl is not installed"
  exit 77
}

step_ms=400
make_deployment "$work/deployment" 1s
tls=$home/tls
mkdir "$tls"

# issue STEM SUBJECT [EXTENSION…]: a certificate of our own authority, and its key.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
  -keyout "$tls/ca.key" -out "$tls/ca.pem" 2>/dev/null || die "an authority"
issue() {
  local stem=$tls/$1 names=${3:-IP:127.0.0.1} days=${4:-2}
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
    -keyout "$stem.key.new" -out "$stem.csr" 2>/dev/null || die "a request for $1"
  openssl x509 -req -in "$stem.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days "$days" \
    -extfile <(echo "subjectAltName=$names") -out "$stem.pem.new" 2>/dev/null || die "a certificate for $1"
  chmod 0600 "$stem.key.new"
  mv "$stem.key.new" "$stem.key" && mv "$stem.pem.new" "$stem.pem"
}
issue gateway first
issue second second DNS:second.example
issue model model
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=planner \
  -keyout "$tls/planner.key" -out "$tls/planner.pem" 2>/dev/null || die "a client certificate"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=stranger \
  -keyout "$tls/stranger.key" -out "$tls/stranger.pem" 2>/dev/null || die "a stranger's certificate"
chmod 0600 "$tls"/*.key

# The charter's line for a certificate names its key, whoever else computes it.
line=$("$KEYTURN" keys certificate "$tls/planner.pem")
hash=$(openssl x509 -in "$tls/planner.pem" -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum)
[[ $line == "certificate sha256 \"${hash%% *}\"" ]] || die "keys certificate prints: $line"
fails 2 'holds no certificate in PEM' "a key in place of a certificate" "$KEYTURN" keys certificate "$tls/planner.key"
sed -i "/^agent planner-7 /a\\  $line" "$KEYTURN_CHARTER"

# The model stands behind TLS, with a certificate of our own authority.
sed -i "s|\"http://127.0.0.1:$model\"|\"https://127.0.0.1:$model\"|" "$KEYTURN_CHARTER"
"$KEYTURN" charter check --quiet "$KEYTURN_CHARTER" || die "the charter with a certificate"
cat >>"$home/keyturn.toml" <<END

[callers.tls]
client_certificates = "request"
[[callers.tls.certificates]]
chain = "tls/gateway.pem"
key = "tls/gateway.key"
[[callers.tls.certificates]]
chain = "tls/second.pem"
key = "tls/second.key"
[[officials.tls.certificates]]
chain = "tls/gateway.pem"
key = "tls/gateway.key"
[endpoints.models.tls]
ca = "tls/ca.pem"
END
url=https://127.0.0.1:$callers
export KEYTURN_OFFICIALS_URL=https://127.0.0.1:$officials KEYTURN_CA=$tls/ca.pem

chat=$work/chat
printf '{"model":"chat-large-3","messages":[{"role":"user","content":"hello"}]}' >"$chat"
ask_model() { "$KEYTURN" call POST "https://127.0.0.1:$model/v1/chat/completions" --body-file "$chat" --timeout 10 2>&1; }
start_model() {
  start model "$KEYTURN" model --listen "127.0.0.1:$model" --certificate "$tls/model.pem" --key "$tls/model.key"
}
start fleet "$KEYTURN" fleet --charter "$KEYTURN_CHARTER" --listen "127.0.0.1:$fleet"
wait_for "the fleet" "$KEYTURN" call GET "$fleet_url/api/v1/entities"
start_model
wait_for "the model" ask_model
start_gateway

# A pass, by token and by certificate, over TLS to the gateway and from it to the model.
answers 200 'chat-large-3' "a pass over TLS" caller planner-7 POST /v1/chat/completions "$chat"
shown=(--certificate "$tls/planner.pem" --key "$tls/planner.key")
by_certificate() { "$KEYTURN" call POST "$url/v1/chat/completions" --body-file "$chat" --timeout 30 "$@"; }
answers 200 'chat-large-3' "a certificate as credential" by_certificate "${shown[@]}"
answers 200 'chat-large-3' "a certificate and a token of the same principal" by_certificate "${shown[@]}" \
  --token-file "$home/tokens/planner-7.token"
answers 401 'name two principals' "a certificate and somebody else's token" by_certificate "${shown[@]}" \
  --token-file "$home/tokens/alvarez.token"
answers 401 'no principal with this client certificate' "a certificate that no charter names" by_certificate \
  --certificate "$tls/stranger.pem" --key "$tls/stranger.key"
answers 401 'or show a client certificate' "neither a token nor a certificate" by_certificate
fails 2 'is not the key of' "a certificate and another's key" by_certificate --certificate "$tls/planner.pem" --key "$tls/stranger.key"

# A gated request by certificate: held, signed for over the officials' TLS, and sent once.
strike "$work/strike" "grid 1" uav-003
"$KEYTURN" call POST "$url/api/v1/tasks" --body-file "$work/strike" --timeout 120 "${shown[@]}" >"$work/answer" 2>&1 &
waiter=$!
id=$(wait_for_held) || exit 1
has "$(official haddad show "$id")" 'through planner-7' "who sent the strike"
approve_all "$id" brandt haddad rossi
wait "$waiter" || die "the strike: $(cat "$work/answer")"
[[ $(fleet_requests) == 1 ]] || die "the fleet got $(fleet_requests) requests"

# Whom a client cannot verify is sent nothing.
fails 2 'certificate does not hold' "the system's authorities do not know ours" env -u KEYTURN_CA \
  "$KEYTURN" call GET "$url/v1/models"
fails 2 'mismatch' "another name than the certificate's" "$KEYTURN" call GET "https://localhost:$callers/v1/models"
answers 400 'use https://' "plain HTTP to the TLS port" "$KEYTURN" call GET "http://127.0.0.1:$callers/v1/models"

# Openssl's own client: versions, names, tickets, and what is inside.
client() { timeout 20 openssl s_client -connect "127.0.0.1:$callers" -CAfile "$tls/ca.pem" "$@" </dev/null 2>&1; }
has "$(client -tls1_3 -verify_return_error)" 'Verify return code: 0' "TLS 1.3"
has "$(client -tls1_2 -verify_return_error)" 'Cipher is ECDHE-.*(GCM|CHACHA20)' "TLS 1.2"
has "$(client -tls1_1 -cipher DEFAULT@SECLEVEL=0)" 'alert protocol version|no protocols available' "TLS 1.1"
has "$(client)" 'subject=CN = first' "no name asked for"
has "$(client -servername second.example)" 'subject=CN = second' "the second name"
has "$(client -alpn h2)" 'no application protocol' "HTTP/2 alone"
has "$(client -reconnect -tls1_2)" 'Reused, TLSv1.2' "tickets"
if command -v curl >/dev/null; then
  [[ $(curl -sS --max-time 20 --cacert "$tls/ca.pem" --cert "$tls/planner.pem" --key "$tls/planner.key" \
    -H 'content-type: application/json' -d @"$chat" -o /dev/null -w '%{http_code}' "$url/v1/chat/completions") == 200 ]] ||
    die "curl with a client certificate"
fi

# New certificates without a restart; a bad one changes nothing.
issue gateway renewed
kill -HUP "$pid_gateway"
renewed() { has "$(client)" 'subject=CN = renewed' "the renewed certificate"; }
wait_for "the renewed certificate" renewed
echo garbage >"$tls/second.pem"
issue gateway never
kill -HUP "$pid_gateway"
alarmed() { grep -q 'second.pem' "$home/gateway.log"; }
wait_for "the alarm of a bad certificate" alarmed
renewed
answers 200 'chat-large-3' "a pass after a failed reload" caller planner-7 POST /v1/chat/completions "$chat"

# An endpoint whose certificate does not hold is sent nothing, and says so.
stop model
issue model model DNS:other.example
start_model
misnamed() { [[ $(ask_model) == *mismatch* ]]; }
wait_for "the misnamed model" misnamed
answers 502 'certificate does not hold' "an endpoint under another name" caller planner-7 POST /v1/chat/completions "$chat"

# Settings that cannot be meant.
stop gateway
sed -i 's|^ca = .*|&\nverify = false|' "$home/keyturn.toml"
refuses_start 'verify. is not a setting' "verification switched off"
sed -i '/^verify/d; s|tls/second.pem|tls/absent.pem|' "$home/keyturn.toml"
refuses_start 'absent.pem' "a certificate that is not there"
