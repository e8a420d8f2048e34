#include "keys/token.h"

namespace keyturn {
namespace {

constexpr std::string_view token_prefix = "keyturn_";
constexpr std::size_t token_random_bytes = 32;
constexpr std::size_t token_random_characters = 43;

}  // namespace

std::string format_token(const SecretBytes& random) {
  if (random.size() != token_random_bytes)
    detail::abort_on_error({Code::internal, "a token is made of exactly 32 random bytes"});
  return std::string(token_prefix) + base64url_encode(random.expose());
}

Result<Digest> token_digest(std::string_view presented) {
  // The message repeats nothing of what was presented: it may be somebody's password.
  const Error error{Code::unauthenticated,
                    "not a token of the form `keyturn_` and 43 characters; make one with `keyturn "
                    "tokens new`"};
  if (!presented.starts_with(token_prefix)) return error;
  const std::string_view random = presented.substr(token_prefix.size());
  if (random.size() != token_random_characters || !base64url_decode(random).ok()) return error;
  return sha256(presented);
}

}  // namespace keyturn
