// The values that the tests of keys/ share: one command, words on it, and keys with fixed seeds.
#pragma once

#include <string>

#include "keys/signing_key.h"
#include "keys/verify/statement.h"

namespace keyturn::tests {

inline SigningKey signing_key(std::uint8_t filler) {
  const ByteArray<32> seed = [&] {
    ByteArray<32> out;
    out.fill(filler);
    return out;
  }();
  return SigningKey::from_seed(SecretBytes(ByteView(seed))).value();
}

inline Time time_of(std::string_view text) { return Time::parse(text).value(); }

inline CommandText sample_command() {
  CommandText out;
  out.id = "01JD8ZQ4X3";
  out.classes = {{"strike",
                  "2 of office:release-authority and 1 of institution:parliament|court across 3 "
                  "institutions; veto 1 of office:judge-advocate",
                  "Strike by uav-[003..004], uav-007 on \"grid 31U FQ 123\""}};
  out.systems = "uav-[003..004] uav-007";
  out.weight = 3;
  out.initiator = "alvarez";
  out.institution = "mod";
  out.agent = "planner-7";
  out.method = "POST";
  out.endpoint = "fleet";
  out.target = "/api/v1/tasks";
  out.body_bytes = 412;
  out.request = sha256("request");
  out.nonce.fill(0xa5);
  out.shares = {"alvarez military 2 -> 4 of 8 (80)"};
  out.windows = {{1800}, {120}, {600}, {1200}};
  out.charter_version = 1;
  out.charter = sha256("charter");
  out.journal_size = 1204;
  out.journal_root = sha256("journal");
  out.expires = time_of("2026-11-21T23:40:00Z");
  return out;
}

inline Word sample_word(WordKind kind) {
  Word out;
  out.kind = kind;
  out.deployment = "joint-autonomy";
  out.person = "haddad";
  out.institution = "parliament";
  out.signed_at = time_of("2026-11-21T22:58:04Z");
  out.not_after = time_of("2026-11-21T23:40:00Z");
  if (kind != WordKind::approval) out.reason = "the \"grid\" is C:\\ a hospital";
  out.command = sample_command().to_text();
  return out;
}

inline Login sample_login() {
  return {"joint-autonomy", "http://127.0.0.1:9443", "haddad", time_of("2026-11-21T22:58:04Z")};
}

}  // namespace keyturn::tests
