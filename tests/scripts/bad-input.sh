# What nobody may send, and what it is answered: a clear error with a fitting status, the connection closed
# where a second request could hide behind the first, and nothing forwarded.
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

make_deployment "$work/deployment"
start_endpoints
start_gateway
planner=$(<"$home/tokens/planner-7.token")
body=$work/body.json

# post BYTES PRINCIPAL PATH: the bytes as they are, printf's escapes read.
post() {
  printf '%b' "$1" >"$body"
  caller "$2" POST "$3" "$body"
}
task() { post "$1" planner-7 /api/v1/tasks; }
chat() { post "$1" analyst-2 /v1/chat/completions; }

# head LINE… [-- BODY]: a request by planner-7 in $work/head, every line as it is given.
head_of() {
  local line
  for line; do printf '%b\r\n' "$line"; done
  printf 'Authorization: Bearer %s\r\n\r\n' "$planner"
}
# closes STATUS CODE WHAT FILE…: one answer, of this status, and the connection is closed behind it although a
# whole good request follows: what has two readings may hide a second request [T01].
closes() {
  local status=$1 code=$2 what=$3 answer
  shift 3
  head_of "GET /api/v1/entities HTTP/1.1" "Host: fleet" >"$work/next"
  answer=$(raw "$@" "$work/next" | tr -d '\0') || die "$what: the connection stays open"
  has "$answer" "^HTTP/1.1 $status " "$what"
  has "$answer" "\"code\":\"$code\"" "$what"
  [[ $(grep -c '^HTTP/1.1 ' <<<"$answer") == 1 ]] || die "$what: a second request was answered: $answer"
}

strike "$work/good.json" "grid 31U FQ 123" uav-003
good=$(<"$work/good.json")
spec='"specification":{"@type":"Strike","objective":"o"}'
to='"relations":{"assignee":[{"entityId":"uav-003"}]}'

# JSON that two readers read differently, or none at all [C3 T07 T08 T09].
while IFS='|' read -r what bytes; do
  answers 400 '"title":"invalid"' "$what" task "$bytes"
done <<END
the same member twice|{$spec,$to,"specification":{"@type":"Survey","objective":"o"}}
the same member twice, once with an escape|{$spec,$to,"\\\\u0073pecification":{"@type":"Survey","objective":"o"}}
a NUL in a string|{"specification":{"@type":"Strike\\0","objective":"o"},$to}
a NUL behind the body|$good\\0
a byte order mark|\\xef\\xbb\\xbf$good
bytes that are not UTF-8|{"specification":{"@type":"Strike","objective":"\\xff"},$to}
a lone surrogate|{"specification":{"@type":"Strike","objective":"\\\\ud800"},$to}
two values|$good$good
a body cut short|${good%\}}
a trailing comma|{$spec,$to,}
a comment|{$spec,/* */$to}
END
printf '%070d' 0 | tr 0 '[' >"$work/deep"
printf '%070d' 0 | tr 0 ']' >>"$work/deep"
answers 400 'deep|nest' "70 arrays within each other" caller planner-7 POST /api/v1/tasks "$work/deep"
head -c 1000000 /dev/zero | tr '\0' '[' >"$work/deep"
answers 400 '"title":"invalid"' "a million open brackets" caller planner-7 POST /api/v1/tasks "$work/deep"
printf '%s' "$good" >"$body"
answers 400 'application/json' "a body that does not say that it is JSON" \
  caller planner-7 POST /api/v1/tasks "$body" --header "Content-Type: text/plain"

# The connection ends with it.
head_of "POST /api/v1/tasks HTTP/1.1" "Host: fleet" "Content-Type: application/json" "Content-Length: 4" >"$work/head"
printf '{{{{' >"$body"
closes 400 invalid "four brackets" "$work/head" "$body"

# Framing and heads that two parsers read differently [T01 T02 T03 T04].
printf '%x\r\n%s\r\n0\r\n\r\n' ${#good} "$good" >"$work/chunks"
printf '%x\r\n%s\r\n0\r\nX-Late: 1\r\n\r\n' ${#good} "$good" >"$work/trailer"
: >"$work/none"
while IFS='|' read -r what code rest lines; do
  IFS='|' read -ra parts <<<"$lines"
  head_of "${parts[@]}" >"$work/head"
  closes 400 "$code" "$what" "$work/head" "$work/$rest"
done <<'END'
Content-Length beside Transfer-Encoding|malformed|chunks|POST /api/v1/tasks HTTP/1.1|Host: fleet|Content-Length: 5|Transfer-Encoding: chunked
two lengths|framing|none|POST /api/v1/tasks HTTP/1.1|Host: fleet|Content-Length: 5|Content-Length: 5
a length with a sign|malformed|none|POST /api/v1/tasks HTTP/1.1|Host: fleet|Content-Length: +5
two Host fields|host|none|GET /api/v1/entities HTTP/1.1|Host: fleet|Host: models
no Host field|host|none|GET /api/v1/entities HTTP/1.1
a method in lower case|method|none|post /api/v1/tasks HTTP/1.1|Host: fleet
a folded line|malformed|none|GET /api/v1/entities HTTP/1.1|Host: fleet|X-Folded: a\r\n b
a name with a blank behind it|malformed|none|GET /api/v1/entities HTTP/1.1|Host : fleet
an announced trailer|field|chunks|POST /api/v1/tasks HTTP/1.1|Host: fleet|Content-Type: application/json|Transfer-Encoding: chunked|Trailer: X-Late
a trailer|framing|trailer|POST /api/v1/tasks HTTP/1.1|Host: fleet|Content-Type: application/json|Transfer-Encoding: chunked
a body of a GET|framing|none|GET /api/v1/entities HTTP/1.1|Host: fleet|Content-Length: 5
an escaped path|target|none|GET /api/v1/%65ntities HTTP/1.1|Host: fleet
a dot segment|target|none|GET /api/v1/x/../entities HTTP/1.1|Host: fleet
an absolute target|target|none|GET http://127.0.0.1/api/v1/entities HTTP/1.1|Host: fleet
Connection naming another field|connection|none|GET /api/v1/entities HTTP/1.1|Host: fleet|Connection: keyturn-warrant
the gateway's own field|keyturn-field|none|GET /api/v1/entities HTTP/1.1|Host: fleet|Keyturn-Warrant: x
END

# A body over `request_body_bytes_max`, told by its length or found by counting [C10].
head_of "POST /api/v1/tasks HTTP/1.1" "Host: fleet" "Content-Type: application/json" "Content-Length: 8388609" >"$work/head"
answer=$(raw "$work/head") || die "a body too large: the connection stays open"
has "$answer" '^HTTP/1.1 413 ' "a body too large"
head_of "POST /api/v1/tasks HTTP/1.1" "Host: fleet" "Content-Type: application/json" "Transfer-Encoding: chunked" >"$work/head"
{
  printf '800001\r\n'
  head -c 8388609 /dev/zero
  printf '\r\n0\r\n\r\n'
} >"$work/large"
answer=$(raw "$work/head" "$work/large") || die "a chunked body too large: the connection stays open"
has "$answer" '^HTTP/1.1 413 ' "a chunked body too large"

# Who asks [W1 P2].
"$KEYTURN" tokens new "$work/stranger.token" >/dev/null || die "tokens new"
stranger=$(<"$work/stranger.token")
ask() { "$KEYTURN" call GET "$url/api/v1/entities" "$@"; }
answers 401 'no principal' "a token nobody has" ask --token-file "$work/stranger.token"
answers 401 'unauthenticated' "a token that is none" ask --header "Authorization: Bearer letmein"
answers 401 'Bearer' "another scheme" ask --header "Authorization: Basic $planner"
answers 401 'send a token' "no token" ask
answers 401 'different tokens' "two fields that differ" ask --token-file "$home/tokens/planner-7.token" --header "x-api-key: $stranger"
answers 400 'field-twice' "one field twice" ask --token-file "$home/tokens/planner-7.token" --header "Authorization: Bearer $stranger"
answers 200 'uav-003' "two fields that agree" ask --token-file "$home/tokens/planner-7.token" --header "x-api-key: $planner"
printf '%s' "$good" >"$body"
answers 403 'may|by' "an agent that may not strike" caller analyst-2 POST /api/v1/tasks "$body"

# Where to [C1 C3 C7].
answers 403 'unmatched' "an unknown path" caller planner-7 GET /api/v2/entities
answers 403 'unmatched' "a path of the gateway's own that there is not" caller planner-7 GET /keyturn/v1/other
answers 403 'unmatched' "another method" caller planner-7 DELETE /api/v1/entities
answers 403 'query' "a query that no matcher names" caller planner-7 GET '/api/v1/entities?limit=5'
answers 400 'x-http-method-override' "a field that changes the method" \
  caller planner-7 POST /api/v1/tasks "$body" --header "X-HTTP-Method-Override: DELETE"

printf '{"model":"chat-small-3","messages":[]}' >"$body.chat"
answers 400 'x-original-url' "a pass with a field that changes the target" \
  caller analyst-2 POST /v1/chat/completions "$body.chat" --header "X-Original-URL: /api/v1/tasks"

# What is directed [C5 C6 C8].
while IFS='|' read -r what pattern bytes; do
  answers 403 "$pattern" "$what" task "$bytes"
done <<END
an unknown system|uav-099|{$spec,"relations":{"assignee":[{"entityId":"uav-099"}]}}
a system's name in another case|UAV-003|{$spec,"relations":{"assignee":[{"entityId":"UAV-003"}]}}
a known system and an unknown one|uav-099|{$spec,"relations":{"assignee":[{"entityId":"uav-003"},{"entityId":"uav-099"}]}}
no assignee|system|{$spec}
an empty list of assignees|system|{$spec,"relations":{"assignee":[]}}
an assignee that is a number|"code"|{$spec,"relations":{"assignee":[{"entityId":7}]}}
assignees that are no list|"code"|{$spec,"relations":{"assignee":{"entityId":"uav-003"}}}
a second addressing field|/alsoAssign|{$spec,$to,"alsoAssign":"uav-004"}
a second addressing field beside the first|/relations/|{$spec,"relations":{"assignee":[{"entityId":"uav-003"}],"alsoAssign":[{"entityId":"uav-004"}]}}
a type that is no string|unreadable|{"specification":{"@type":["Strike"],"objective":"o"},$to}
an effect without its value|objective|{"specification":{"@type":"Strike"},$to}
an effect's value over 200 bytes|200 bytes|{"specification":{"@type":"Strike","objective":"$(printf '%0201d' 0)"},$to}
a task of a type that no class has|unmatched|{"specification":{"@type":"Survey","objective":"o"},$to}
END
strike "$body" o uav-{001..009}
answers 403 'limit person military 10%.*alvarez would go from weight 0 to 9' "nine drones at once [S1]" \
  caller planner-7 POST /api/v1/tasks "$body"

# No alias of a gated model passes as an ordinary one [C2].
messages='"messages":[{"role":"user","content":"hello"}]'
while IFS='|' read -r what status bytes; do
  answers "$status" '"detail"' "$what" chat "$bytes"
done <<END
the model in another case|403|{"model":"Helpful-only-7",$messages}
the model with a blank before it|403|{"model":" helpful-only-7",$messages}
the model in an array|403|{"model":["helpful-only-7"],$messages}
no model|403|{$messages}
a model that is null|403|{"model":null,$messages}
a model that is a number|403|{"model":7,$messages}
a model nobody named|403|{"model":"gpt-helpful-only-7",$messages}
the model twice, the harmless one last|400|{"model":"helpful-only-7",$messages,"model":"chat-small-3"}
no body|403|
END
answers 200 'stand-in for chat-small-3' "an ordinary model" chat "{\"model\":\"chat-small-3\",$messages}"

# Nothing of all this went on, and what is sound is still held.
[[ $(fleet_requests) == 0 ]] || die "the fleet received what was refused"
strike "$body" "grid 31U FQ 123" uav-003 uav-003
hold planner-7 "$body"
[[ $(fleet_requests) == 0 ]] || die "the fleet received what is held"
stop gateway
has "$("$KEYTURN" journal replay)" '^replayed: every decision of' "the journal afterwards"
shown=$("$KEYTURN" journal show)
has "$shown" 'reason "unknown-system" "no system is called `uav-099`"' "a refusal in the journal [T7]"
has "$shown" '^  count [1-9]' "the refusals beyond ten a minute, counted in one entry [T7]"
has "$shown" '^  systems uav-003 \(weight 1\)$' "a system that is named twice counts once [S4]"
