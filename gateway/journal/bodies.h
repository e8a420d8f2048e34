// Bodies: the gated requests themselves, filed under their request digest, apart from the journal
// so that they can be erased from under it [P1]. Each is sealed under a key of its own, and that
// key under the folder's body key; erasing a body deletes its key.
//
// Promises: what put answered ok for is durable. get returns what was put or an error, never
// another body: the digest is the associated data of both seals. Whoever needs it recomputes
// request_digest from parts(). Thread rule: any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gateway/world/entropy.h"
#include "keys/secret.h"
#include "keys/verify/statement.h"
#include "keyturn/result.h"

namespace keyturn {

// Exactly what the request digest covers [W3], and two things it does not.
struct BodyRecord {
  Nonce nonce{};
  std::string method, endpoint, target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string principal;
  std::optional<std::string> idempotency_key;
  friend bool operator==(const BodyRecord&, const BodyRecord&) = default;

  RequestParts parts() const;  // views into this record
  // "keyturn/body/v1\n", then every field behind its length (64 bits, big endian), headers behind
  // their count, the idempotency key behind 0 or 1. serialise(parse(x)) == x.
  std::string serialise() const;
  static Result<BodyRecord> parse(std::string_view bytes);
};

class Bodies {
 public:
  // `keyturn init`: an empty bodies.db and a new body key (0600) beside it. Code::conflict: there
  // already.
  static Result<void> create(const std::filesystem::path& folder, Entropy& entropy);
  static std::filesystem::path key_file(const std::filesystem::path& folder);
  static Result<SecretBytes> read_key(const std::filesystem::path& folder);

  static Result<std::unique_ptr<Bodies>> open(const std::filesystem::path& folder, SecretBytes key,
                                              Entropy& entropy);
  // get alone works; beside a running gateway and on a copy.
  static Result<std::unique_ptr<Bodies>> open_read_only(const std::filesystem::path& folder,
                                                        SecretBytes key);
  // bodies.db of one folder as a new file in another; its key stays where it is.
  static Result<void> copy(const std::filesystem::path& from, const std::filesystem::path& to);
  ~Bodies();

  struct Filed {
    Digest request;
    const BodyRecord* record = nullptr;
  };
  // All or none, in one transaction; call before the proposals' entries are appended. A digest that
  // is filed already stays as it is. Errors: unavailable, unknown (may be repeated either way).
  Result<void> put(std::span<const Filed> bodies);
  // not_found: never filed, or (the message says so) erased. corrupt: does not unseal.
  Result<BodyRecord> get(const Digest& request) const;
  // Deletes the key and what it sealed; that it was filed stays. Idempotent: on an error, repeat.
  Result<void> erase(std::span<const Digest> requests);
  Result<void> erase(const Digest& request) { return erase({&request, 1}); }

 private:
  class Tables;
  Bodies();
  mutable std::mutex mutex_;
  // Protected by mutex_.
  std::unique_ptr<Tables> tables_;
};

}  // namespace keyturn
