#include "keys/envelope.h"

#include <sodium.h>

namespace keyturn {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(nonce_bytes == 24 && tag_bytes == 16);

Result<void> check_key(const SecretBytes& key) {
  if (key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES) return {};
  return Error{Code::invalid,
               "an envelope's key has 32 bytes, this one " + std::to_string(key.size())};
}

unsigned char* writable(std::string& out, std::size_t offset = 0) {
  return reinterpret_cast<unsigned char*>(out.data()) + offset;
}

}  // namespace

Result<std::string> seal(std::string_view plaintext, const Digest& filed_under,
                         const SecretBytes& key, ByteView nonce) {
  CHECK_OK(check_key(key));
  if (nonce.size() != nonce_bytes)
    return Error{Code::invalid,
                 "an envelope's nonce has 24 bytes, this one " + std::to_string(nonce.size())};
  std::string out(text_of(nonce));
  out.resize(nonce_bytes + plaintext.size() + tag_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(writable(out, nonce_bytes), nullptr,
                                             bytes_of(plaintext).data(), plaintext.size(),
                                             filed_under.bytes.data(), filed_under.bytes.size(),
                                             nullptr, nonce.data(), key.expose().data());
  return out;
}

Result<std::string> unseal(std::string_view sealed, const Digest& filed_under,
                           const SecretBytes& key) {
  CHECK_OK(check_key(key));
  const Error error{Code::corrupt, "the sealed bytes of " + filed_under.to_string() +
                                       " do not open: another key, or they were altered or cut"};
  if (sealed.size() < nonce_bytes + tag_bytes) return error;
  const ByteView bytes = bytes_of(sealed);
  const ByteView ciphertext = bytes.subspan(nonce_bytes);
  std::string out(ciphertext.size() - tag_bytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(writable(out), nullptr, nullptr, ciphertext.data(),
                                                 ciphertext.size(), filed_under.bytes.data(),
                                                 filed_under.bytes.size(), bytes.data(),
                                                 key.expose().data()) != 0)
    return error;
  return out;
}

}  // namespace keyturn
