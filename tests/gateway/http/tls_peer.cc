#include "tests/gateway/http/tls_peer.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace keyturn {
namespace {

void require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "tls_peer: %s\n", what);
  ERR_print_errors_fp(stderr);
  std::abort();
}

std::shared_ptr<EVP_PKEY> make_key(int rsa_bits) {
  EVP_PKEY* key = rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(rsa_bits)) : EVP_EC_gen("P-256");
  require(key != nullptr, "making a key");
  return {key, EVP_PKEY_free};
}

void extend(X509* certificate, int what, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value);
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "an extension");
  X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> start_certificate(EVP_PKEY* key, const TestAuthority::Wanted& wanted) {
  static std::atomic<long> serial = 1;
  std::shared_ptr<X509> made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), wanted.from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), wanted.to_seconds);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(wanted.name.c_str()), -1, -1,
                             0);
  return made;
}

void sign(X509* certificate, EVP_PKEY* key) {
  require(X509_sign(certificate, key, EVP_sha256()) > 0, "signing a certificate");
}

template <class Write>
void write_pem(const std::filesystem::path& file, Write write) {
  std::filesystem::remove(file);
  std::FILE* out = std::fopen(file.c_str(), "w");
  require(out != nullptr && write(out) == 1 && std::fclose(out) == 0, "writing a file");
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

std::string error_text() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  std::string text = reason != nullptr ? reason : "";
  ERR_clear_error();
  return text;
}

void show(SSL_CTX* context, const TlsCertificateFiles& files) {
  require(SSL_CTX_use_certificate_chain_file(context, files.chain.c_str()) == 1 &&
              SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) == 1,
          "using a certificate");
}

}  // namespace

TestAuthority::TestAuthority() {
  std::string pattern = std::filesystem::temp_directory_path() / "keyturn-tls-XXXXXX";
  require(mkdtemp(pattern.data()) != nullptr, "making a folder");
  folder_ = pattern;
  key_ = make_key(0);
  self_ = start_certificate(key_.get(), {.name = "authority"});
  X509_set_issuer_name(self_.get(), X509_get_subject_name(self_.get()));
  extend(self_.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(self_.get(), NID_key_usage, "critical,keyCertSign");
  sign(self_.get(), key_.get());
  write_pem(certificate(), [&](std::FILE* out) { return PEM_write_X509(out, self_.get()); });
}

TestAuthority::~TestAuthority() { std::filesystem::remove_all(folder_); }

TlsCertificateFiles TestAuthority::issue(const std::string& stem, const Wanted& wanted) const {
  const std::shared_ptr<EVP_PKEY> key = make_key(wanted.rsa_bits);
  const std::shared_ptr<X509> made = start_certificate(key.get(), wanted);
  X509_set_issuer_name(made.get(),
                       X509_get_subject_name(wanted.self_signed ? made.get() : self_.get()));
  if (!wanted.names.empty()) extend(made.get(), NID_subject_alt_name, wanted.names.c_str());
  sign(made.get(), wanted.self_signed ? key.get() : key_.get());
  const TlsCertificateFiles files{folder_ / (stem + ".pem"), folder_ / (stem + ".key")};
  write_pem(files.chain, [&](std::FILE* out) { return PEM_write_X509(out, made.get()); });
  write_pem(files.key, [&](std::FILE* out) {
    return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return files;
}

TlsPeer::TlsPeer(Wire wire, const Options& options)
    : owned_(std::make_unique<Wire>(std::move(wire))),
      wire_(owned_.get()),
      piece_bytes_(options.piece_bytes) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (options.version_max != 0) {
    // The oldest versions want the oldest digests, which only the lowest level allows.
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, options.version_max);
  }
  if (!options.ciphers.empty())
    require(SSL_CTX_set_cipher_list(context, options.ciphers.c_str()) == 1, "choosing ciphers");
  if (options.shows != nullptr) {
    SSL_CTX_set_security_level(context, 0);
    show(context, *options.shows);
  }
  open(context);
  SSL_set_connect_state(ssl_);
  if (!options.server_name.empty()) SSL_set_tlsext_host_name(ssl_, options.server_name.c_str());
  if (!options.protocols.empty())
    SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(options.protocols.data()),
                        static_cast<unsigned>(options.protocols.size()));
  if (options.session != nullptr) SSL_set_session(ssl_, options.session);
}

std::shared_ptr<SSL_CTX> TlsPeer::server_context(const TlsCertificateFiles& files) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  show(context.get(), files);
  return context;
}

TlsPeer::TlsPeer(Wire& wire, const TlsCertificateFiles& files)
    : TlsPeer(wire, server_context(files).get()) {}

TlsPeer::TlsPeer(Wire& wire, SSL_CTX* context) : wire_(&wire) {
  SSL_CTX_up_ref(context);
  open(context);
  SSL_set_accept_state(ssl_);
  handshake();
}

TlsPeer::~TlsPeer() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

void TlsPeer::open(SSL_CTX* context) {
  context_ = context;
  ssl_ = SSL_new(context);
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  BIO_set_mem_eof_return(SSL_get_rbio(ssl_), -1);
}

bool TlsPeer::flush() {
  char* bytes = nullptr;
  const long count = BIO_get_mem_data(SSL_get_wbio(ssl_), &bytes);
  std::string_view out(bytes, static_cast<std::size_t>(count));
  bool sent = true;
  for (; sent && !out.empty(); out.remove_prefix(std::min(piece_bytes_, out.size())))
    sent = wire_->write(out.substr(0, piece_bytes_));
  (void)BIO_reset(SSL_get_wbio(ssl_));
  return sent;
}

bool TlsPeer::receive() {
  const std::string got = wire_->read_some();
  BIO* in = SSL_get_rbio(ssl_);
  if (got.empty()) BIO_set_mem_eof_return(in, 0);
  BIO_write(in, got.data(), static_cast<int>(got.size()));
  return !got.empty();
}

bool TlsPeer::handshake() {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_);
    const int error = SSL_get_error(ssl_, result);
    const std::string said = error_text();
    const bool sent = flush();
    if (result == 1) return sent;
    if (error == SSL_ERROR_WANT_READ && receive()) continue;
    why_ = said.empty() ? "the connection ended" : said;
    return false;
  }
}

bool TlsPeer::write(std::string_view bytes) {
  std::size_t written = 0;
  return SSL_write_ex(ssl_, bytes.data(), bytes.size(), &written) == 1 && flush();
}

std::string TlsPeer::read_until(std::string_view text) {
  for (;;) {
    const std::size_t at = received_.find(text);
    if (at != std::string::npos) {
      std::string taken = received_.substr(0, at + text.size());
      received_.erase(0, taken.size());
      return taken;
    }
    char buffer[16384];
    std::size_t got = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_, buffer, sizeof buffer, &got);
    const int error = SSL_get_error(ssl_, result);
    if (result == 1) {
      received_.append(buffer, got);
      continue;
    }
    why_ = error_text();
    ended_ = error == SSL_ERROR_ZERO_RETURN;
    flush();
    if (error != SSL_ERROR_WANT_READ) return std::exchange(received_, {});
    receive();
  }
}

std::string TlsPeer::read_to_end() { return read_until("\x01 never \x01"); }

std::string TlsPeer::read_message() {
  std::string message = read_until("\r\n\r\n");
  const std::size_t length = message.find("Content-Length: ");
  if (length == std::string::npos) return message;
  const std::size_t bytes = std::strtoul(message.c_str() + length + 16, nullptr, 10);
  while (received_.size() < bytes) {
    char buffer[16384];
    std::size_t got = 0;
    if (SSL_read_ex(ssl_, buffer, sizeof buffer, &got) == 1)
      received_.append(buffer, got);
    else if (!receive())
      break;
  }
  message += received_.substr(0, bytes);
  received_.erase(0, bytes);
  return message;
}

void TlsPeer::write_end() {
  SSL_shutdown(ssl_);
  flush();
}

std::string TlsPeer::their_name() const {
  char name[256] = {};
  if (X509* certificate = SSL_get0_peer_certificate(ssl_))
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof name);
  return name;
}

std::string TlsPeer::protocol() const {
  const unsigned char* chosen = nullptr;
  unsigned bytes = 0;
  SSL_get0_alpn_selected(ssl_, &chosen, &bytes);
  return std::string(reinterpret_cast<const char*>(chosen), bytes);
}

bool TlsPeer::ask_for_new_keys() {
  return SSL_key_update(ssl_, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(ssl_) == 1 &&
         flush();
}

bool TlsPeer::renegotiate() { return SSL_renegotiate(ssl_) == 1 && handshake(); }

}  // namespace keyturn
