#include "tests/support/charters.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "keys/token.h"
#include "keyturn/bytes.h"
#include "keyturn/digest.h"

namespace keyturn::testing {
namespace {

std::string bytes_from(std::string_view use, std::string_view name) {
  Digest digest = sha256(std::string(use) + " " + std::string(name));
  return std::string(text_of(digest.bytes));
}

std::string expand(std::string_view what) {
  auto argument = [&](std::string_view function) -> std::string_view {
    return what.substr(function.size(), what.size() - function.size() - 1);
  };
  if (what.starts_with("key(") && what.ends_with(")"))
    return base64_encode(test_key(argument("key(")).public_key().bytes);
  if (what.starts_with("token(") && what.ends_with(")"))
    return hex_encode(sha256(test_token(argument("token("))).bytes);
  std::fprintf(stderr, "charter_text: nothing is called `@%.*s@`\n", static_cast<int>(what.size()),
               what.data());
  std::abort();
}

}  // namespace

SigningKey test_key(std::string_view name) {
  return SigningKey::from_seed(SecretBytes(bytes_from("keyturn test key", name))).value();
}

std::string test_token(std::string_view name) {
  return format_token(SecretBytes(bytes_from("keyturn test token", name)));
}

std::string charter_text(std::string_view pattern) {
  // `@` also stands in pointers (/specification/@type), so only `@key(` and `@token(` begin one.
  std::string out;
  while (true) {
    std::size_t start = std::min(pattern.find("@key("), pattern.find("@token("));
    out += pattern.substr(0, start);
    if (start == std::string_view::npos) return out;
    std::size_t end = pattern.find(")@", start);
    if (end == std::string_view::npos) end = pattern.size() - 2;
    out += expand(pattern.substr(start + 1, end - start));
    pattern.remove_prefix(end + 2);
  }
}

const std::string_view defence = R"(keyturn 1
charter "joint-autonomy" version 1
valid 2026-01-01 .. 2036-01-01
journal key ed25519 "@key(journal)@"

institution mod        "Ministry of Defence"        branch executive
institution parliament "Defence Committee"          branch legislature
institution court      "Military Court of Review"   branch judiciary

office chief-of-staff
office fleet-commander under chief-of-staff
office release-authority
office judge-advocate

person okafor  "Adm. C. Okafor" of mod holds chief-of-staff
  key ed25519 "@key(okafor)@"
  token sha256 "@token(okafor)@"
person alvarez "Cdr R. Alvarez" of mod holds fleet-commander
  key ed25519 "@key(alvarez)@"
  token sha256 "@token(alvarez)@"
person brandt  "Col. U. Brandt" of mod holds release-authority
  key ed25519 "@key(brandt)@"
person castell "Maj. I. Castell" of mod holds release-authority under brandt
  key ed25519 "@key(castell)@"
person nowak   "Lt P. Nowak" of mod
  key ed25519 "@key(nowak)@"
  token sha256 "@token(nowak)@"
person farouk  "M. Farouk MP" of parliament holds release-authority
  key ed25519 "@key(farouk)@"
person haddad  "S. Haddad MP" of parliament
  key ed25519 "@key(haddad)@"
person ito     "K. Ito MP" of parliament
  key ed25519 "@key(ito)@"
person duarte  "Judge L. Duarte" of court holds release-authority
  key ed25519 "@key(duarte)@"
person eriksen "Judge A. Eriksen" of court
  key ed25519 "@key(eriksen)@"
person gupta   "Cpt N. Gupta JA" of court holds judge-advocate
  key ed25519 "@key(gupta)@"
person jonas   "Cpt T. Jonas JA" of court holds judge-advocate
  key ed25519 "@key(jonas)@"

provider acme     "Acme Robotics"
provider borealis "Borealis Marine"
agent planner-7 sponsored by alvarez provider acme may strike, helpful-only
  token sha256 "@token(planner-7)@"

pool military
pool military/air
pool military/sea
endpoint fleet  "http://127.0.0.1:9301" headers content-type
endpoint models "http://127.0.0.1:9302" headers content-type, anthropic-version
system uav-[001..040] pool military/air weight 1 provider acme     at fleet
system usv-[001..010] pool military/sea weight 4 provider borealis at fleet

class strike at fleet {
  match POST /api/v1/tasks body /specification/@type in ["Strike", "ReleasePayload"]
  by office:fleet-commander
  directs body /relations/assignee/*/entityId
  shape /specification/**, /relations/assignee/*/entityId, /author/**, /displayName
  effect "Strike by {systems} on {body /specification/objective}"
}
class helpful-only at models {
  match POST /v1/** body /model prefix "helpful-only-"
  directs nothing
  effect "Ask {body /model}, which has no guardrails"
}
pass telemetry at fleet { match GET /api/v1/entities/:id }
pass chat at models { match POST /v1/chat/completions body /model in ["chat-large-3", "chat-small-3"] }

rule strike {
  need 2 of office:release-authority and 1 of institution:parliament|court
  across 3 institutions
  veto 1 of office:judge-advocate
  approve within 30m delay 2m execute within 10m lease 20m
  prevents "flawed command structure"
}
rule helpful-only {
  need 1 of institution:parliament and 1 of institution:court
  approve within 1h execute within 10m
}

limit person military 10%, at most 400 over 72h
limit person each military/** 25%
limit institution military 50%
limit supply acme military 60%
readers institution:parliament|court
)";

}  // namespace keyturn::testing
