#include "gateway/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>

#include "gateway/http/tls_stream.h"
#include "gateway/world/files.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

using Bio = Openssl<BIO, BIO_free_all>;
using Certificate = Openssl<X509, X509_free>;
using PrivateKey = Openssl<EVP_PKEY, EVP_PKEY_free>;

constexpr std::string_view http_1_1 = "\x08http/1.1";
constexpr char ciphers_1_2[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr char session_id_context[] = "keyturn";
// Below it a key can be computed from its public half by those who can afford it: RSA under 2048.
constexpr int security_bits_min = 112;

Error failed(std::string_view what) {
  return {Code::unavailable, std::string(what) + ": " + openssl_error()};
}

Bio memory(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// OpenSSL would ask on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Result<std::vector<Certificate>> parse_certificates(std::string_view pem, std::string_view where) {
  std::vector<Certificate> certificates;
  const Bio bio = memory(pem);
  ERR_clear_error();
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr))
    certificates.emplace_back(next);
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string said = openssl_error();
  if (!ended)
    return Error{Code::invalid,
                 "`" + std::string(where) + "`: a certificate in it cannot be read: " + said};
  if (certificates.empty())
    return Error{
        Code::invalid,
        "`" + std::string(where) + "` holds no certificate in PEM (`-----BEGIN CERTIFICATE-----`)"};
  return certificates;
}

Result<std::vector<Certificate>> read_certificates(const std::filesystem::path& file) {
  TRY(const std::string text, read_file(file, tls_certificates_bytes_max));
  return parse_certificates(text, file.string());
}

Result<PrivateKey> read_key(const std::filesystem::path& file) {
  TRY(const SecretBytes secret, read_secret_file(file, tls_key_bytes_max));
  const Bio bio = memory(text_of(secret.expose()));
  ERR_clear_error();
  PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (key != nullptr) return key;
  return Error{Code::invalid,
               "`" + file.string() +
                   "` holds no private key in PEM without a passphrase: " + openssl_error()};
}

Result<void> show(SSL_CTX* context, const TlsCertificateFiles& files) {
  TRY(std::vector<Certificate> chain, read_certificates(files.chain));
  TRY(const PrivateKey key, read_key(files.key));
  ERR_clear_error();
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    ERR_clear_error();
    return Error{Code::invalid, "`" + files.key.string() +
                                    "` is not the key of the first certificate in `" +
                                    files.chain.string() + "`"};
  }
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return failed("using `" + files.chain.string() + "`");
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
      return failed("using `" + files.chain.string() + "`");
  return {};
}

Result<SslContext> make(const SSL_METHOD* method) {
  SslContext context(SSL_CTX_new(method));
  SSL_CTX* made = context.get();
  if (made == nullptr || SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(made, ciphers_1_2) != 1)
    return failed("preparing TLS");
  SSL_CTX_set_options(made, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_clear_options(made, SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Buffers only while something is in them: ten thousand waiting connections keep none. And one
  // system call for all that has come, not two a record.
  SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(made, 1);
  SSL_CTX_set_max_cert_list(made, tls_peer_chain_bytes_max);
  SSL_CTX_set_timeout(made, tls_session_seconds_max);
  return context;
}

// HTTP/1.1, or nothing that we could speak: then the handshake fails, instead of the request.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_bytes,
                    const unsigned char* in, unsigned in_bytes, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(
          &chosen, out_bytes, reinterpret_cast<const unsigned char*>(http_1_1.data()),
          static_cast<unsigned>(http_1_1.size()), in, in_bytes) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// Any certificate will do as the bearer of a key, if the key is one that cannot be computed: the
// handshake proves its possession, the charter knows whose it is [T11]. Names, dates and issuers
// are not looked at, and so are no second way in.
int take_any_certificate(X509_STORE_CTX* verification, void*) {
  const X509* certificate = X509_STORE_CTX_get0_cert(verification);
  const EVP_PKEY* key = certificate != nullptr ? X509_get0_pubkey(certificate) : nullptr;
  const bool strong = key != nullptr && EVP_PKEY_get_security_bits(key) >= security_bits_min;
  X509_STORE_CTX_set_error(verification, strong ? X509_V_OK : X509_V_ERR_EE_KEY_TOO_SMALL);
  return strong ? 1 : 0;
}

int choose_certificate(SSL* ssl, int*, void* context) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) SSL_set_SSL_CTX(ssl, static_cast<const TlsContext*>(context)->named(name));
  return SSL_TLSEXT_ERR_OK;
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  static_cast<TlsStream*>(SSL_get_app_data(ssl))->keep_session(session);
  return 1;
}

Result<void> trust(SSL_CTX* context, const std::filesystem::path& ca) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (ca.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1)
      return failed("reading the system's certificate authorities");
    return {};
  }
  TRY(const std::vector<Certificate> authorities, read_certificates(ca));
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const Certificate& authority : authorities)
    if (X509_STORE_add_cert(store, authority.get()) != 1)
      return failed("trusting `" + ca.string() + "`");
  return {};
}

}  // namespace

std::string openssl_error() {
  const unsigned long code = ERR_peek_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  std::string text = reason != nullptr ? reason : "";
  ERR_clear_error();
  return text;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const TlsServerFiles& files) {
  if (files.certificates.empty())
    return Error{Code::invalid, "a listener that speaks TLS needs a certificate and its key"};
  const std::shared_ptr<TlsContext> made(new TlsContext());
  for (const TlsCertificateFiles& certificate : files.certificates) {
    TRY(SslContext context, make(TLS_server_method()));
    SSL_CTX* raw = context.get();
    CHECK_OK(show(raw, certificate));
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
    // Sessions travel with the clients, as tickets: nothing is kept here for them, nor locked.
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(raw, reinterpret_cast<const unsigned char*>(session_id_context),
                                   sizeof session_id_context - 1);
    if (files.request_client_certificates) {
      SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
      SSL_CTX_set_cert_verify_callback(raw, take_any_certificate, nullptr);
    }
    made->contexts_.push_back(std::move(context));
  }
  SSL_CTX_set_tlsext_servername_callback(made->first(), choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(made->first(), made.get());
  return std::shared_ptr<const TlsContext>(made);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client(const TlsClientFiles& files) {
  const std::shared_ptr<TlsContext> made(new TlsContext());
  TRY(SslContext context, make(TLS_client_method()));
  SSL_CTX* raw = context.get();
  CHECK_OK(trust(raw, files.ca));
  if (files.certificate) {
    CHECK_OK(show(raw, *files.certificate));
  }
  if (SSL_CTX_set_alpn_protos(raw, reinterpret_cast<const unsigned char*>(http_1_1.data()),
                              static_cast<unsigned>(http_1_1.size())) != 0)
    return failed("preparing TLS");
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(raw, keep_session);
  made->contexts_.push_back(std::move(context));
  return std::shared_ptr<const TlsContext>(made);
}

SSL_CTX* TlsContext::named(const char* name) const {
  constexpr unsigned flags =
      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
  for (const SslContext& context : contexts_) {
    X509* certificate = SSL_CTX_get0_certificate(context.get());
    if (X509_check_host(certificate, name, 0, flags, nullptr) == 1) return context.get();
  }
  return first();
}

void TlsSessions::keep(const TlsContext* context, SSL_SESSION* session) {
  context_ = context;
  session_.reset(session);
}

Result<Digest> certificate_key_digest(std::string_view pem) {
  TRY(const std::vector<Certificate> certificates, parse_certificates(pem, "the file"));
  unsigned char* der = nullptr;
  const int bytes = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificates.front().get()), &der);
  if (bytes <= 0) return failed("reading the certificate's public key");
  const Digest digest = sha256(ByteView(der, static_cast<std::size_t>(bytes)));
  OPENSSL_free(der);
  return digest;
}

}  // namespace keyturn
