#include "keys/signing_key.h"
#include "policy/charter/load.h"
#include "policy/ledger/entry_codec.h"
#include "policy/ledger/replay.h"
#include "tests/fuzz/target.h"

namespace {

std::string key_of(std::string_view name) {
  const keyturn::Digest seed = keyturn::sha256("keyturn test key " + std::string(name));
  const auto key = keyturn::SigningKey::from_seed(keyturn::SecretBytes(seed.bytes));
  return "ed25519 \"" + keyturn::base64_encode(key->public_key().bytes) + "\"\n";
}

// One person and one effector whose words verify, so that the seeds reach what lies behind a
// signature.
std::shared_ptr<const keyturn::Charter> charter() {
  const auto load = keyturn::load_charter(
      "keyturn 1\ncharter \"joint-autonomy\" version 1\nvalid 2026-01-01 .. 2036-01-01\njournal "
      "key " +
      key_of("journal") + "institution mod \"M\"\nperson brandt \"B\" of mod\n  key " +
      key_of("brandt") + "pool military\nendpoint fleet \"http://127.0.0.1:9301\"\n  key " +
      key_of("fleet") + "system uav-001 pool military weight 1 at fleet\n");
  for (const keyturn::Diagnostic& error : load.errors)
    std::fprintf(stderr, "%s\n", error.message.c_str());
  keyturn::fuzz::hold(load.charter != nullptr, "the target's charter loads");
  return load.charter;
}

}  // namespace

// What one reader accepts, the writer writes again, and a replay takes or refuses in one line.
KEYTURN_FUZZ_TARGET(entry) {
  using keyturn::fuzz::hold;
  static const std::shared_ptr<const keyturn::Charter> small = charter();
  const auto entry = keyturn::decode_entry(input, 7, *small, keyturn::Domain::live);
  if (entry.ok()) {
    const auto again = keyturn::encode_entry(*entry);
    hold(again.ok() && *again == input, "an entry that is read is written again byte for byte");
  } else {
    hold(entry.error().message.find('\n') == std::string::npos, "a refusal is one line");
  }
  keyturn::Replayer replayer(small, keyturn::Domain::live);
  const auto next = replayer.next(input);
  hold(next.ok() || next.error().message.find('\n') == std::string::npos, "a refusal is one line");
}
